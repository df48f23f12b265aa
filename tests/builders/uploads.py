"""Files sent over the API, and what is kept of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import select

from fleet_app.bootstrap import Container
from fleet_app.fleet.models import File
from tests.builders.api import World

PATH = "/api/v1/files"
Send = Callable[..., Awaitable[httpx.Response]]


def sender(world: World, by: dict[str, str]) -> Send:
    """Sends files as somebody, unless told otherwise."""

    async def post(
        body: bytes, name: str = "van.png", headers: dict[str, str] | None = None, **words: Any
    ) -> httpx.Response:
        files = {"file": (name, body, "text/html")}  # what the sender says means nothing
        return await world.client.post(PATH, files=files, headers=headers or by, **words)

    return post


def stored(folder: Path) -> list[Path]:
    """The files in a folder, however deep."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def files_of(container: Container) -> list[File]:
    """The files that the database knows."""
    async with container.work() as session:
        return list((await session.exec(select(File))).all())
