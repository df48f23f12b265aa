"""What a record shows as a picture is a picture; a document may be a paper as well."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.media import IMAGES, PAPERS
from fleet_app.records.references import FILE_INPUTS
from tests.builders.api import World
from tests.builders.media import a_pdf, a_png
from tests.builders.records import a_record
from tests.builders.uploads import Send

FIELDS = [
    (kind.plural, spec.name, FILE_INPUTS[spec.input])
    for kind in KINDS
    for spec in kind.specs
    if spec.input in FILE_INPUTS
]


def test_every_field_that_holds_a_file_is_looked_at() -> None:
    named = {(k.plural, s.name) for k in KINDS for s in k.specs if s.name.endswith("file_id")}
    assert named == {(plural, name) for plural, name, _ in FIELDS}
    assert {accepted for _, _, accepted in FIELDS} == {IMAGES, PAPERS}


@pytest.mark.parametrize(("plural", "name", "accepted"), FIELDS)
async def test_a_picture_is_taken_and_a_pdf_only_as_a_document(
    world: World,
    send: Send,
    manager: dict[str, str],
    plural: str,
    name: str,
    accepted: Any,
) -> None:
    headers = await world.a(Role.SYSTEM_ADMIN) if plural == "fleets" else manager
    number = (
        world.fleet_id if plural == "fleets"
        else await a_record(world.container, plural, world.fleet_id)
    )  # fmt: skip
    for content, fits in ((a_png(), True), (a_pdf(), accepted == PAPERS)):
        file_id = (await send(content)).json()["data"]["id"]
        answer = await world.client.patch(
            f"/api/v1/{plural}/{number}", json={name: file_id}, headers=headers
        )
        assert answer.status_code == (200 if fits else 400), answer.text
        if not fits:
            problem = answer.json()["error"]["fields"][name]
            assert problem == "is not a JPEG, PNG or WebP picture"
