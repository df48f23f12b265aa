"""The secret that all processes of an installation share."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from fleet_app.settings import Settings

READ = """
import sys
from pathlib import Path
from fleet_app.settings import Settings
sys.stdin.read(1)
print(Settings(home=Path(sys.argv[1])).signing_key())
"""


def settings_at(home: Path) -> Settings:
    return Settings(home=home, secret_key=None)


def test_the_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    first = settings_at(tmp_path / "new").signing_key()

    assert len(first) >= 32
    assert settings_at(tmp_path / "new").signing_key() == first
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_threads_that_start_together_read_one_whole_key(tmp_path: Path) -> None:
    for round_ in range(50):
        start, home = Barrier(8), tmp_path / str(round_)

        def read(home: Path = home, start: Barrier = start) -> str:
            start.wait(10)
            return settings_at(home).signing_key()

        with ThreadPoolExecutor(8) as pool:
            keys = {future.result() for future in [pool.submit(read) for _ in range(8)]}
        assert len(keys) == 1
        assert len(keys.pop()) == 64


def test_processes_that_start_together_read_one_whole_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLEET_SECRET_KEY", raising=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    keys = {process.communicate(timeout=30)[0] for process in processes}

    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64
