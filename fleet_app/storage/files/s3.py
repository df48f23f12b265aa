"""Files in a bucket of Amazon S3 or of a server that speaks its protocol."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from fleet_app.kernel.errors import NotFound, StoreUnavailable
from fleet_app.kernel.files import Stored, check_key

PART = 8 * 1024 * 1024
"""Larger files go in parts of this size (S3 wants at least 5 MiB); one part is in memory."""
CHUNK = 256 * 1024
CONNECT_SECONDS = 5
READ_SECONDS = 30
THREADS = 16
"""A slow bucket may hold up all of these, and nobody who waits for other threads."""
_ABSENT = {"NoSuchKey", "404", "NotFound"}


class S3Files:
    """`FileStore` on a bucket. Credentials come by the usual AWS variables, files or roles."""

    def __init__(self, bucket: str, *, endpoint: str | None, region: str | None) -> None:
        self._bucket = bucket
        self._endpoint = endpoint
        self._region = region
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")

    @cached_property
    def _client(self) -> Any:
        """Built on first use, which takes a moment; safe to share between threads."""
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=THREADS,
            retries={"mode": "standard", "max_attempts": 3},
            # Other makers' servers know neither the newer checksums nor names as host names.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if self._endpoint else {},
        )
        return boto3.session.Session().client(
            "s3", endpoint_url=self._endpoint, region_name=self._region, config=config
        )

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, media_type: str) -> Stored:
        """Store a file, whole or not at all."""
        target = {"Bucket": self._bucket, "Key": check_key(key)}
        size, digest = 0, hashlib.sha256()
        parts: _Parts | None = None
        try:
            async for block in _blocks(chunks):
                size += len(block)
                digest.update(block)
                if parts is None and len(block) < PART:  # the only one
                    await self._do(key, "put_object", **target, Body=block, ContentType=media_type)
                    return Stored(size, digest.hexdigest())
                parts = parts or await self._begin(key, media_type)
                await parts.add(block)
            assert parts is not None  # there is at least one block
            await parts.finish()
        except BaseException:
            if parts is not None:
                await parts.abort()
            raise
        return Stored(size, digest.hexdigest())

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The file's bytes, piece by piece. Raises `NotFound`."""
        found = await self._do(key, "get_object", Bucket=self._bucket, Key=check_key(key))
        return self._read(key, found["Body"])

    @asynccontextmanager
    async def path(self, key: str) -> AsyncIterator[Path]:
        """A copy that is gone afterwards. Raises `NotFound`."""
        chunks = await self.open(key)
        with tempfile.NamedTemporaryFile(prefix="fleet-file-") as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            yield Path(file.name)

    async def delete(self, key: str) -> None:
        """Remove the file if it is there."""
        await self._do(key, "delete_object", Bucket=self._bucket, Key=check_key(key))

    async def exists(self, key: str) -> bool:
        """Whether the file is there."""
        try:
            await self._do(key, "head_object", Bucket=self._bucket, Key=check_key(key))
        except NotFound:
            return False
        return True

    async def forget_unfinished(self, before: datetime) -> int:
        """Abort uploads in parts that dead processes began."""
        listed = await self._do("", "list_multipart_uploads", Bucket=self._bucket)
        old = [upload for upload in listed.get("Uploads", []) if upload["Initiated"] < before]
        for upload in old:
            target = {"Bucket": self._bucket, "Key": upload["Key"]}
            await self._do("", "abort_multipart_upload", **target, UploadId=upload["UploadId"])
        return len(old)

    async def _begin(self, key: str, media_type: str) -> _Parts:
        target = {"Bucket": self._bucket, "Key": key}
        begun = await self._do(key, "create_multipart_upload", **target, ContentType=media_type)
        return _Parts(self._do, {**target, "UploadId": begun["UploadId"]})

    async def _do(self, key: str, operation: str, **words: Any) -> Any:
        with _s3_errors(key):
            return await self._threaded(
                lambda: getattr(self._client, operation)(**words)  # builds the client there, too
            )

    async def _read(self, key: str, body: Any) -> AsyncIterator[bytes]:
        try:
            with _s3_errors(key):
                while chunk := await self._threaded(lambda: body.read(CHUNK)):
                    yield chunk
        finally:
            body.close()

    def _threaded(self, call: Callable[[], Any]) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads, call)


class _Parts:
    """An upload in parts that has begun."""

    def __init__(self, do: Callable[..., Any], target: dict[str, str]) -> None:
        self._do = do
        self._target = target
        self._done: list[dict[str, Any]] = []

    async def add(self, block: bytes) -> None:
        number = len(self._done) + 1
        sent = await self._call("upload_part", PartNumber=number, Body=block)
        self._done.append({"PartNumber": number, "ETag": sent["ETag"]})

    async def finish(self) -> None:
        await self._call("complete_multipart_upload", MultipartUpload={"Parts": self._done})

    async def abort(self) -> None:
        """Parts cost money until somebody aborts, so not even a cancellation stops this one; when
        the store is down, `forget_unfinished` does it later."""
        aborting = asyncio.ensure_future(self._call("abort_multipart_upload"))
        await asyncio.wait([aborting])
        if not aborting.cancelled():
            aborting.exception()

    async def _call(self, operation: str, **words: Any) -> Any:
        return await self._do(self._target["Key"], operation, **self._target, **words)


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Blocks of `PART` bytes and a last one that may be shorter; one, empty, for an empty file."""
    gathered = bytearray()
    full = False
    async for chunk in chunks:
        gathered += chunk
        while len(gathered) >= PART:
            full = True
            yield bytes(gathered[:PART])
            del gathered[:PART]
    if gathered or not full:
        yield bytes(gathered)


@contextmanager
def _s3_errors(key: str) -> Iterator[None]:
    """What is not an absent file is the store's trouble: rights and buckets are settings too."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            raise NotFound("File", key) from error
        raise StoreUnavailable("The file store") from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise StoreUnavailable("The file store") from error
