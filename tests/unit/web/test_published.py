"""Browser modules are published where Reflex itself would put them."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from fleet_app.web.components.live import sources
from fleet_app.web.components.published import publisher


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for `assets` that no build looks into."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REFLEX_BACKEND_ONLY", raising=False)
    return tmp_path


def as_reflex_does(name: str) -> object:
    """The same file published by `rx.asset`, called as if from within the module."""
    call = compile(f"reflex.asset({name!r}, shared=True)", sources.__file__, "eval")
    return eval(call, {**vars(sources), "reflex": __import__("reflex")})


def test_it_is_the_same_as_reflexs_own_way(elsewhere: Path) -> None:
    ours = publisher(sources.__name__, sources.__file__)("FleetMap.jsx")
    folder = elsewhere / "assets/external/fleet_app/web/components/live/sources"
    (link,) = folder.iterdir()
    assert link.resolve() == Path(sources.__file__).with_name("FleetMap.jsx").resolve()
    link.unlink()

    theirs = as_reflex_does("FleetMap.jsx")

    assert [one.name for one in folder.iterdir()] == ["FleetMap.jsx"]
    assert str(ours) == str(theirs)
    assert ours.importable_path == theirs.importable_path  # type: ignore[attr-defined]


def test_nobody_reads_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect, "stack", lambda: pytest.fail("this takes a third of a second"))
    publisher(sources.__name__, sources.__file__)("format.js")


def test_without_a_browser_part_nothing_is_linked(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFLEX_BACKEND_ONLY", "true")
    publisher(sources.__name__, sources.__file__)("format.js")
    assert not (elsewhere / "assets").exists()


def test_a_file_that_is_missing_is_said() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.js"):
        publisher(sources.__name__, sources.__file__)("nothing.js")
