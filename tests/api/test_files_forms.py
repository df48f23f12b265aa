"""The forms in which files come: which are taken, and up to which size."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.api import ORIGIN, World, an_api
from tests.builders.media import a_pdf, a_png
from tests.builders.uploads import PATH, Send, stored


def a_form(boundary: str = "b", *parts: tuple[str, str]) -> bytes:
    text = "".join(f"--{boundary}\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts)
    return f"{text}--{boundary}--\r\n".encode()


FILE = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
FIELD = 'Content-Disposition: form-data; name="note"'
PDF = a_pdf().decode()
MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (MULTIPART, a_form("b", (FIELD, "hello"), (FILE, PDF), (FIELD, "bye")), 201),
        (MULTIPART, a_form("b", (FILE, PDF)) + b"anything after the end", 201),
        (MULTIPART, a_form("b", (FILE, PDF), (FILE, PDF)), 400),
        (MULTIPART, a_form("b", (FILE, PDF))[:-20], 400),
        (MULTIPART, a_form("b", (FIELD, "hello")), 400),
        (MULTIPART, a_form("b", (FIELD, "x" * 70_000), (FILE, PDF)), 400),
        (MULTIPART, a_form("b", *[(FIELD.replace("note", f"n{n}"), "") for n in range(30)]), 400),
        (MULTIPART, a_form("b", ('Content-Disposition: form-data; name="file"', PDF)), 400),
        (MULTIPART, a_form("b", (FILE.replace("file", "other", 1), PDF)), 400),
        (MULTIPART, a_form("b", ("X: y", PDF)), 400),
        (MULTIPART, a_form("c", (FILE, PDF)), 400),
        (MULTIPART, b"", 400),
        (MULTIPART, b"\0\xff" * 500, 400),
        ("multipart/form-data", a_form("b", (FILE, PDF)), 400),
        ("multipart/form-data; boundary=" + "b" * 5000, a_form("b", (FILE, PDF)), 400),
        ("multipart/form-data; boundary=ä", a_form("b", (FILE, PDF)), 400),
        ("application/pdf", a_pdf(), 400),
        ("application/x-www-form-urlencoded", b"file=x", 400),
    ],
)
async def test_only_whole_forms_with_one_file_are_taken(
    world: World, manager: dict[str, str], folder: Path, kind: str, body: bytes, status: int
) -> None:
    headers = {**manager, "Content-Type": kind.encode("latin-1")}

    async def drip() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 7):
            yield body[at : at + 7]

    for content in (body, drip()):
        answer = await world.client.post(PATH, content=content, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == status, answer.text
    assert len(stored(folder)) == (2 if status == 201 else 0)


async def test_a_packed_form_is_unpacked_under_the_same_limit(
    world: World, manager: dict[str, str]
) -> None:
    headers = {**manager, "Content-Type": MULTIPART, "Content-Encoding": "gzip"}
    packed = gzip.compress(a_form("b", (FILE, PDF)))
    bomb = gzip.compress(a_form("b", (FILE, PDF + "x" * 30_000_000)))

    assert (await world.client.post(PATH, content=packed, headers=headers)).status_code == 201
    assert (await world.client.post(PATH, content=bomb, headers=headers)).status_code == 413


async def test_the_limit_is_about_the_file_and_exact(
    container: Container, manager: dict[str, str], folder: Path
) -> None:
    container.settings.file_max_bytes = 10_000
    transport = httpx.ASGITransport(an_api(container))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:

        async def status(size: int) -> int:
            files = {"file": ("a.pdf", a_pdf(size))}
            answer = await client.post(PATH, files=files, headers=manager)
            if answer.status_code == 413:
                assert answer.json()["error"]["message"] == "The file is larger than 10 kB"
            return answer.status_code

        assert [await status(size) for size in (10_000, 10_001, 5_000_000)] == [201, 413, 413]
    assert len(stored(folder)) == 1


async def test_a_retry_key_does_not_gather_the_file_in_memory(send: Send, world: World) -> None:
    """With the key, bodies elsewhere are read whole: the limit of ordinary ones would show."""
    headers = {**await world.a(Role.FLEET_MANAGER), "Idempotency-Key": "k"}
    answers = [await send(a_png(padding=3_000_000), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all("Idempotent-Replayed" not in answer.headers for answer in answers)


async def test_other_addresses_keep_their_own_limit(world: World, manager: dict[str, str]) -> None:
    large = b" " * 3_000_000
    for method, path in [("POST", PATH + "/"), ("PUT", PATH), ("POST", "/api/v1/vehicles")]:
        answer = await world.client.request(method, path, content=large, headers=manager)
        assert answer.status_code == 413
