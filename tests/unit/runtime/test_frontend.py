"""The pages are built with the wheels' own tools, and only when something has changed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fleet_app.runtime import toolchain
from fleet_app.runtime.frontend import Frontend

CONFIG = """
import reflex as rx
config = rx.Config(app_name="fleet_app", disable_plugins=[rx.plugins.SitemapPlugin])
"""
APP = """
import reflex as rx
app = rx.App()
app.add_page(rx.el.h1("A tiny page"), route="/")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tiny app laid out like the product."""
    root = tmp_path / "app"
    (root / "fleet_app" / "web").mkdir(parents=True)
    (root / "assets").mkdir()
    (root / "rxconfig.py").write_text(CONFIG)
    (root / "fleet_app" / "__init__.py").touch()
    (root / "fleet_app" / "fleet_app.py").write_text(APP)
    return root


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No JavaScript tool on PATH, and none that Reflex fetched earlier."""
    monkeypatch.setenv("REFLEX_DIR", str(tmp_path / "reflex"))
    kept = [folder for folder in ("/usr/bin", "/bin") if not (Path(folder) / "node").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(kept))


@pytest.mark.usefixtures("bare_machine")
def test_reflex_finds_the_wheels_tools(root: Path, tmp_path: Path) -> None:
    code = "from reflex.utils.path_ops import *; print(get_bun_path(), get_node_path())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, **toolchain.environment(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [Path(path).resolve() for path in found] == [
        path.resolve() for path in (toolchain.bun(), toolchain.node())
    ]


@pytest.mark.usefixtures("bare_machine")
def test_it_builds_once_with_the_wheels_tools(root: Path, tmp_path: Path) -> None:
    frontend = Frontend(tmp_path / "home", root)
    said: list[str] = []
    assert not frontend.is_current()
    assert frontend.build(said.append)
    assert "A tiny page" in (frontend.bundle / "index.html").read_text()
    assert not (tmp_path / "reflex" / "bun").exists(), "Reflex must not fetch a bun of its own"
    assert frontend.is_current()
    assert not frontend.build(said.append)
    assert sorted(path.name for path in root.iterdir() if path.name[0] != ".") == [
        "assets",
        "fleet_app",
        "reflex.lock",
        "rxconfig.py",
    ], "the build must not write into the project"
    (root / "assets" / "new.css").write_text("a{}")
    assert not frontend.is_current()


def test_whoever_comes_while_the_pages_are_built_waits_and_builds_nothing(
    root: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    with ThreadPoolExecutor() as pool:
        first = pool.submit(Frontend(tmp_path / "home", root).build, said.append)
        until = time.monotonic() + 60
        while not any((root / ".web").glob("*.json")) and time.monotonic() < until:
            time.sleep(0.05)  # its folder has been filled by then
        assert not first.done()
        second = pool.submit(Frontend(tmp_path / "other", root).build, said.append)
        assert first.result()
        assert not second.result()
    assert "another command is building the pages; waiting" in said


def test_a_broken_page_is_reported_with_the_end_of_the_log(root: Path, tmp_path: Path) -> None:
    (root / "fleet_app" / "fleet_app.py").write_text("raise ValueError('no such page')")
    frontend = Frontend(tmp_path / "home", root)
    with pytest.raises(RuntimeError, match="no such page"):
        frontend.build(lambda _line: None)
    assert not frontend.is_current()


def test_the_tools_run_and_npm_is_not_among_them(tmp_path: Path) -> None:
    folder = toolchain.programs(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["bun", "node"]
    assert all(os.access(path, os.X_OK) for path in folder.iterdir())
    assert toolchain.environment(tmp_path)["PATH"].startswith(str(folder))
    assert toolchain.environment(tmp_path)["REFLEX_TELEMETRY_ENABLED"] == "false"


def test_a_registry_of_the_machine_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.setenv("npm_config_registry", "https://packages.example/")
    assert toolchain.environment(tmp_path)["NPM_CONFIG_REGISTRY"] == "https://packages.example/"
    monkeypatch.delenv("npm_config_registry")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".npmrc").write_text("fund=false\nregistry = https://other.example/\n")
    assert toolchain.registry() == "https://other.example/"
