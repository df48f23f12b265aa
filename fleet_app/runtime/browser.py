"""A Chromium for the browser tests: a configured one, the system's, or one from npm."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fleet_app.runtime import toolchain

PACKAGE = "@sparticuz/chromium"
VERSION = "147.0.0"
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_UNPACK = """
const fs = require("fs"), zlib = require("zlib");
const [source, target] = process.argv.slice(1);
fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(source)));
"""


@dataclass(frozen=True)
class BrowserBinary:
    """A browser and how to start it."""

    path: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of the browser."""
    args: tuple[str, ...] = ARGUMENTS


def installed(home: Path) -> BrowserBinary | None:
    """The browser that would be used, if nothing has to be fetched for it."""
    if configured := os.environ.get("FLEET_CHROMIUM"):
        return BrowserBinary(Path(configured))
    for name in SYSTEM_NAMES:
        if found := shutil.which(name):
            return BrowserBinary(Path(found))
    fetched = _folder(home) / "chromium"
    return _with_libraries(fetched) if fetched.exists() else None


def ensure_chromium(home: Path) -> BrowserBinary:
    """A browser that starts, fetched into `home/cache` when there is none.

    Raises RuntimeError, naming what is missing, when it cannot be fetched or does not start.
    """
    with _one_at_a_time(home):
        found = installed(home)
        if found is None:
            _fetch(home)
            found = _with_libraries(_folder(home) / "chromium")
    _check(found)
    return found


def _folder(home: Path) -> Path:
    return home.resolve() / "cache" / f"chromium-{VERSION}"


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    cache = home / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(home: Path) -> None:
    """Download the package and unpack it beside its place, so that it is whole or absent."""
    scratch = _folder(home).with_suffix(".new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    packed = _download(home, scratch / "package") / "bin"
    _unpack(packed / "chromium.br", scratch / "chromium")
    (scratch / "chromium").chmod(0o755)
    for archive in ("swiftshader", "fonts", "al2023"):
        tar = scratch / f"{archive}.tar"
        _unpack(packed / f"{archive}.tar.br", tar)
        with tarfile.open(tar) as archive_file:
            if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and newer
                archive_file.extraction_filter = tarfile.data_filter
            archive_file.extractall(scratch)  # noqa: S202 - a pinned package
        tar.unlink()
    shutil.rmtree(scratch / "package")
    shutil.rmtree(_folder(home), ignore_errors=True)
    scratch.rename(_folder(home))


def _download(home: Path, folder: Path) -> Path:
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true}', encoding="ascii")
    command = [str(toolchain.bun()), "add", f"{PACKAGE}@{VERSION}", "--exact", "--ignore-scripts"]
    environment = {**os.environ, **toolchain.environment(home)}
    _call(command, f"fetching {PACKAGE}", folder, environment)
    return folder / "node_modules" / PACKAGE


def _unpack(source: Path, target: Path) -> None:
    command = [str(toolchain.node()), "-e", _UNPACK, str(source), str(target)]
    _call(command, f"unpacking {source.name}", source.parent, os.environ)


def _call(command: list[str], what: str, folder: Path, environment: Mapping[str, str]) -> str:
    try:
        result = subprocess.run(  # noqa: S603 - programs of our own wheels
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise RuntimeError(f"{what} failed: {error}") from error
    if result.returncode != 0:
        raise RuntimeError(f"{what} failed:\n{(result.stdout + result.stderr).strip()[-1500:]}")
    return result.stdout


def _with_libraries(path: Path) -> BrowserBinary:
    """The fetched browser; with the libraries and fonts that came with it where there are none."""
    environment: dict[str, str] = {}
    if not _starts(BrowserBinary(path)):
        folders = [str(path.parent / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(folder for folder in folders if folder)
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_FILE"] = str(_font_settings(path.parent))
    return BrowserBinary(path, environment)


def _font_settings(folder: Path) -> Path:
    file = folder / "fleet-fonts.conf"
    directories = f"<dir>{folder / 'fonts'}</dir><cachedir>{folder / 'font-cache'}</cachedir>"
    file.write_text(f"<fontconfig>{directories}</fontconfig>\n", encoding="utf-8")
    return file


def _starts(browser: BrowserBinary) -> bool:
    try:
        _check(browser)
    except RuntimeError:
        return False
    return True


def _check(browser: BrowserBinary) -> None:
    _call(
        [str(browser.path), "--version", "--no-sandbox"],
        f"starting {browser.path}",
        browser.path.parent,
        {**os.environ, **browser.env},
    )
