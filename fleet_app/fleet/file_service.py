"""Files that belong to records: photographs and papers, each of one fleet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import Scope, authorize, fleet_of_new
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.fleet.file_repository import FileRepository
from fleet_app.fleet.models import File
from fleet_app.kernel.errors import NotFound
from fleet_app.kernel.files import FileStore
from fleet_app.kernel.media import PAPERS, Media
from fleet_app.records.uploads import Upload, received

Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]
FOLDER = "files"
KIND = "file"


class FileService:
    """Uploads and downloads. Opens its own units of work: none may wait for somebody's upload."""

    def __init__(self, work: Work, store: FileStore, *, limit: int) -> None:
        self._work = work
        self._store = store
        self._limit = limit

    async def upload(
        self,
        actor: Actor,
        chunks: AsyncIterator[bytes],
        *,
        name: str,
        fleet_id: int | None = None,
        accepted: frozenset[Media] = PAPERS,
        limit: int | None = None,
    ) -> File:
        """Store a file for the actor's fleet; administrators name the fleet. `limit` in bytes.

        Raises `Forbidden`, `NotFound` for the fleet, and what `receive` raises.
        """
        owner = await self.owner(actor.principal, fleet_id)
        async with received(
            self._store, chunks, name=name, folder=FOLDER, fleet_id=owner,
            accepted=accepted, limit=limit or self._limit,
        ) as upload:  # fmt: skip
            return await self._register(actor, owner, upload)

    async def owner(self, principal: Principal, fleet_id: int | None) -> int:
        """The fleet an upload will belong to. Raises `Forbidden`, `InvalidInput`, `NotFound`."""
        authorize(principal, "files.create")
        owner = fleet_of_new(principal, fleet_id)
        async with self._work() as session:
            if not await FileRepository(session).fleet_exists(owner):
                raise NotFound("Fleet", owner)
        return owner

    async def file(self, principal: Principal, file_id: int) -> File:
        """A file that exists for this person. Raises `Forbidden`, `NotFound`."""
        scope = authorize(principal, "files.read")
        async with self._work() as session:
            files = FileRepository(session)
            file = await files.file(file_id)
            if file is None or not principal.sees_fleet(file.fleet_id):
                raise NotFound("File", file_id)
            if scope is Scope.OWN and not await files.concerns(file, principal):
                raise NotFound("File", file_id)
        return file

    async def content(self, file: File) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises `NotFound`, `StoreUnavailable`, both at once."""
        return await self._store.open(file.key)

    async def _register(self, actor: Actor, fleet_id: int, upload: Upload) -> File:
        file = File(
            fleet_id=fleet_id,
            key=upload.key,
            name=upload.name,
            media_type=upload.media.value,
            size=upload.size,
            sha256=upload.sha256,
            uploaded_by=actor.user_id,
            details=_details(upload),
        )
        async with self._work() as session:
            session.add(file)
            await session.flush()
            told = {"name": file.name, "media_type": file.media_type, "sha256": file.sha256}
            changes = {field: [None, value] for field, value in told.items()}
            note(session, actor, "create", kind=KIND, object_id=file.id, label=file.name,
                 fleet_id=fleet_id, changes=changes)  # fmt: skip
        return file


def _details(upload: Upload) -> dict[str, object]:
    if upload.pixels is None:
        return {}
    width, height = upload.pixels
    return {"width": width, "height": height}
