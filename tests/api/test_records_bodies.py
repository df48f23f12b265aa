"""Hostile bodies, many and the same ones each time, against every kind that people write."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import Kind
from tests.builders.api import World
from tests.builders.records import a_record, an_example

API = "/api/v1"
SEED, BODIES = 20_261_122, 60
HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, -0.0, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**40, 1e308, -1e308,
    1e-320, "", " ", " x ", "x" * 5000, "\u202e", "a\0b", "\ud800", "\U0001f600" * 30, "0001-01-01",
    "9999-12-31", "9999-12-31T23:59:59-14:00", "1970-01-01T00:00:00+14:00", "Mon-Sun 00:00-24:00",
    [], [1], ["a"], ["a\0"], [None], [[]], [{}], [{"name": "x"}], [{"address": "x", "lat": 1}],
    [{"name": "\ud800"}], {}, {"id": 1}, {"id": True}, {"id": 2**70}, {"id": None}, "Infinity",
    "NaN", "1e400", "\u0663", "=1+1", "+358 40", "'; DROP TABLE users; --",
)  # fmt: skip


def mangled(random: Random, kind: Kind, good: dict[str, Any]) -> dict[str, Any]:
    """`good` with one to three fields made hostile; now and then one that is no field."""
    body = dict(good)
    names = [*kind.by_name, *kind.by_name, "id", "version", "fleet_id", "nonsense"]
    for name in random.sample(names, k=random.choice((1, 1, 1, 2, 3))):
        body[name] = random.choice(HOSTILE)
    return body


async def send(
    world: World, headers: dict[str, str], method: str, path: str, body: Any
) -> httpx.Response:
    content = json.dumps(body).encode()  # surrogates escaped, as any client may send them
    typed = {**headers, "Content-Type": "application/json"}
    return await world.client.request(method, f"{API}{path}", content=content, headers=typed)


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_no_body_breaks_a_kind_or_what_is_read_of_it_afterwards(
    world: World, kind: Kind
) -> None:
    random = Random(f"{SEED}{kind.plural}")
    headers = await world.a(Role.SYSTEM_ADMIN)
    known = await a_record(world.container, kind.plural, world.fleet_id)
    wrong: list[tuple[str, Any, int]] = []
    met: Counter[int] = Counter()
    for _ in range(BODIES):
        good = await an_example(world.container, kind.plural, world.fleet_id)
        if kind.tenant == "fleet_id":
            good["fleet_id"] = world.fleet_id
        new = mangled(random, kind, good)
        changes = mangled(random, kind, {})
        for method, path, body in (
            ("POST", f"/{kind.plural}", new),
            ("POST", f"/{kind.plural}/bulk", {"rows": [new, changes]}),
            ("PATCH", f"/{kind.plural}/{known}", changes),
        ):
            answer = await send(world, headers, method, path, body)
            met[answer.status_code] += 1
            if answer.status_code >= 500:
                wrong.append((f"{method} {path}", body, answer.status_code))
    assert wrong == []
    assert met[400] > BODIES / 4, met  # the fields are looked at, not only the door
    assert met[200] + met[201] > 0, met
    for path in ("?limit=500", "/export.csv", "/export.xlsx", f"/{known}/history"):
        answer = await world.client.get(f"{API}/{kind.plural}{path}", headers=headers)
        assert answer.status_code == 200, (path, answer.text[:300])


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_no_field_breaks_when_it_is_said_to_be_nothing(world: World, kind: Kind) -> None:
    headers = await world.a(Role.SYSTEM_ADMIN)
    known = await a_record(world.container, kind.plural, world.fleet_id)
    met: dict[str, int] = {}
    for name in kind.by_name:
        answer = await send(world, headers, "PATCH", f"/{kind.plural}/{known}", {name: None})
        met[name] = answer.status_code
    assert {name: status for name, status in met.items() if status not in (200, 400, 409)} == {}
    assert 200 in met.values(), met
