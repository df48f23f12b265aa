"""What every file store promises, against a directory and against a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from fleet_app.kernel.errors import NotFound, StoreUnavailable
from fleet_app.kernel.files import FileStore, check_key, new_key
from fleet_app.storage.files.directory import UNFINISHED, DirectoryFiles
from fleet_app.storage.files.s3 import PART, S3Files

BUCKET = "papers"
KEY = "files/7/abc"
NOWHERE = "http://127.0.0.1:9"


class Broken(Exception):
    """The sender goes away."""


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    """A running S3 server."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint with an empty bucket, and credentials for it in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    yield s3_endpoint
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.delete_bucket(Bucket=BUCKET)


def s3_files(endpoint: str) -> S3Files:
    return S3Files(BUCKET, endpoint=endpoint, region="us-east-1")


@pytest.fixture(params=["directory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """Each store in turn."""
    if request.param == "directory":
        return DirectoryFiles(tmp_path / "files")
    return s3_files(request.getfixturevalue("bucket"))


@pytest.fixture
def leftovers(
    request: pytest.FixtureRequest, store: FileStore, tmp_path: Path
) -> Callable[[], list[str]]:
    """Names of everything the store holds, finished or not."""

    def in_directory() -> list[str]:
        root = tmp_path / "files"
        return [path.name for path in root.rglob("*") if path.is_file()]

    def in_bucket() -> list[str]:
        endpoint = request.getfixturevalue("bucket")
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        whole = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        parts = client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return [found["Key"] for found in [*whole, *parts]]

    return in_directory if isinstance(store, DirectoryFiles) else in_bucket


async def pieces(*chunks: bytes, error: BaseException | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if error is not None:
        raise error


async def content(store: FileStore, key: str = KEY) -> bytes:
    return b"".join([chunk async for chunk in await store.open(key)])


async def put(store: FileStore, *chunks: bytes, key: str = KEY) -> None:
    await store.put(key, pieces(*chunks), media_type="text/plain")


SIZES = [0, 1, PART - 1, PART, PART + 1, 2 * PART + 4321]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_put_comes_back_with_its_size_and_digest(store: FileStore, size: int):
    body = os.urandom(size)
    cut = [body[at : at + 1_000_003] for at in range(0, size, 1_000_003)]

    stored = await store.put(KEY, pieces(*cut), media_type="image/png")

    assert (stored.size, stored.sha256) == (size, hashlib.sha256(body).hexdigest())
    assert await content(store) == body
    async with store.path(KEY) as path:
        assert path.read_bytes() == body
    assert await store.exists(KEY)


async def test_a_second_file_replaces_the_first(store: FileStore):
    await put(store, b"first, and longer")
    await put(store, b"second")
    assert await content(store) == b"second"


async def test_what_is_not_there_is_said_to_be_missing(store: FileStore):
    assert not await store.exists(KEY)
    with pytest.raises(NotFound):
        await store.open(KEY)
    with pytest.raises(NotFound):
        async with store.path(KEY):
            pass
    await store.delete(KEY)


async def test_a_deleted_file_is_gone_and_its_neighbour_stays(store: FileStore):
    await put(store, b"one")
    await put(store, b"two", key=KEY + "d")
    await store.delete(KEY)
    assert not await store.exists(KEY)
    assert await content(store, KEY + "d") == b"two"


@pytest.mark.parametrize("size", [10, 2 * PART])
async def test_a_sender_that_breaks_off_leaves_nothing(
    store: FileStore, size: int, leftovers: Callable[[], list[str]]
):
    await put(store, b"there before")
    with pytest.raises(Broken):
        await store.put(KEY, pieces(b"x" * size, error=Broken()), media_type="text/plain")
    assert await content(store) == b"there before"
    assert len(leftovers()) == 1


async def test_a_cancelled_upload_leaves_nothing(
    store: FileStore, leftovers: Callable[[], list[str]]
):
    arrived = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2 * PART
        arrived.set()
        await asyncio.sleep(60)

    putting = asyncio.create_task(store.put(KEY, endless(), media_type="text/plain"))
    await arrived.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert leftovers() == []


async def test_a_file_is_not_seen_before_it_is_whole(store: FileStore):
    seen: list[bool] = []

    async def watched() -> AsyncIterator[bytes]:
        yield b"x" * (PART + 1)
        seen.append(await store.exists(KEY))
        yield b"y"

    await store.put(KEY, watched(), media_type="text/plain")
    assert seen == [False]


async def test_two_senders_of_one_key_do_not_mix(store: FileStore):
    await asyncio.gather(*(put(store, *[bytes([65 + n]) * 1000] * 50) for n in range(8)))
    assert len(set(await content(store))) == 1


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.hidden", ".unfinished/x", "a/", "a\0b",
     "a\\b", "ä", "a b", "x" * 121, "a/./b", "~/x"],
)  # fmt: skip
async def test_keys_lead_nowhere_else(store: FileStore, key: str):
    with pytest.raises(ValueError, match="key"):
        await put(store, b"x", key=key)
    for refuse in (store.open, store.delete, store.exists):
        with pytest.raises(ValueError, match="key"):
            await refuse(key)
    with pytest.raises(ValueError, match="key"):
        async with store.path(key):
            pass


@given(key=st.text(alphabet="ab./\\~\0-_%", max_size=20))
def test_no_accepted_key_leaves_its_directory(key: str):
    try:
        check_key(key)
    except ValueError:
        return
    root = Path("/srv/files")
    assert Path(os.path.normpath(root / key)).is_relative_to(root)
    assert Path(os.path.normpath(root / key)) != root


def test_new_keys_are_accepted_and_never_the_same():
    keys = {check_key(new_key("files", 2**62)) for _ in range(100)}
    assert len(keys) == 100


async def test_unfinished_files_of_dead_processes_go_and_others_stay(
    store: FileStore, tmp_path: Path, request: pytest.FixtureRequest
):
    await put(store, b"whole")
    if isinstance(store, DirectoryFiles):
        (tmp_path / "files" / UNFINISHED / "left").write_bytes(b"half")
    else:
        endpoint = request.getfixturevalue("bucket")
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_multipart_upload(Bucket=BUCKET, Key="files/7/half")
    later = datetime.now(UTC) + timedelta(hours=1)
    # The test server says of every unfinished upload that it began in 2010.
    assert await store.forget_unfinished(datetime(2010, 1, 1, tzinfo=UTC)) == 0
    assert await store.forget_unfinished(later) == 1
    assert await store.forget_unfinished(later) == 0
    assert await content(store) == b"whole"


async def test_a_store_that_is_down_is_said_to_be_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    (tmp_path / "occupied").write_bytes(b"a file where the directory should be")
    for store in (s3_files(NOWHERE), DirectoryFiles(tmp_path / "occupied" / "files")):
        with pytest.raises(StoreUnavailable):
            await put(store, b"x")
    for operation in (s3_files(NOWHERE).open, s3_files(NOWHERE).exists, s3_files(NOWHERE).delete):
        with pytest.raises(StoreUnavailable):
            await operation(KEY)


async def test_a_missing_bucket_and_missing_credentials_are_the_stores_trouble(
    bucket: str, monkeypatch: pytest.MonkeyPatch
):
    elsewhere = S3Files("no-such-bucket", endpoint=bucket, region="us-east-1")
    with pytest.raises(StoreUnavailable):
        await put(elsewhere, b"x")
    with pytest.raises(StoreUnavailable):
        await elsewhere.open(KEY)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(StoreUnavailable):
        await put(s3_files(bucket), b"x")


async def test_s3_keeps_the_media_type(bucket: str):
    store = s3_files(bucket)
    client = boto3.client("s3", endpoint_url=bucket, region_name="us-east-1")
    for size in (5, PART + 5):
        await store.put(KEY, pieces(b"x" * size), media_type="application/pdf")
        assert client.head_object(Bucket=BUCKET, Key=KEY)["ContentType"] == "application/pdf"


async def test_the_directory_is_nobody_elses_business(tmp_path: Path):
    store = DirectoryFiles(tmp_path / "files")
    await put(store, b"x")
    found = [tmp_path / "files", *(tmp_path / "files").rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in found}
    assert modes == {0o700, 0o600}


async def test_slow_disks_do_not_hold_up_the_loop(store: FileStore):
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.001)
            beats += 1

    beating = asyncio.create_task(beat())
    await put(store, *[b"x" * 65_536] * 100)
    beating.cancel()
    assert beats > 5
