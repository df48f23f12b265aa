"""The launcher: which Python it takes, when it installs, and from where it can be called."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from fleet_app.settings import PROJECT_ROOT

LAUNCHER = PROJECT_ROOT / "fleet"
BASH = shutil.which("bash") or "/bin/bash"
TOOLS = ("dirname", "readlink", "cksum", "flock", "awk", "rm", "mkdir", "cp", "chmod", "sleep")

# What pip prints, on both of its outputs.
PIP = (
    """
for n in {1..45}; do echo "Collecting name-$n==1.0 (from -r requirements.txt (line $n))"; done
for n in {1..45}; do
  echo "  Downloading name_$n-1.0-py3-none-any.whl.metadata (1 kB)"
  echo "Downloading https://files.example/a/name_$n-1.0-py3-none-any.whl (27.1 MB)"
done
echo "WARNING: Running pip as the 'root' user" >&2
echo "Installing collected packages: name-1, name-2"
for n in {1..30}; do echo "line $n of the end"; done
echo "ERROR: No space left on device" >&2
""".strip()
    .replace("\n", "; ")
    .replace("do;", "do")
)

FAKE = """#!{bash}
case "$*" in
  *"import sys; print"*) [[ -n "{version}" ]] || exit 127; echo "{version}" ;;
  *"import ensurepip"*) exit {no_venv} ;;
  *"-m venv"*) mkdir -p "${{@: -1}}/bin"; cp "$0" "${{@: -1}}/bin/python"; echo venv >>"$RECORD" ;;
  *"-m pip"*) echo pip >>"$RECORD"; sleep 0.3; {pip}; exit ${{PIP_STATUS:-0}} ;;
  *"-m fleet_app.cli"*) echo "cli ${{@: -1}} in $PYTHONPATH" ;;
esac
"""


def fake_python(path: Path, version: str, *, venv: bool = True) -> Path:
    """An interpreter that says it is `version`; an empty one does not run, like a pyenv shim."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAKE.format(bash=BASH, version=version, no_venv=int(not venv), pip=PIP))
    path.chmod(0o755)
    return path


class Machine:
    """A machine with nothing but what a test puts on it."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.home = root / "home"
        self.project = root / "project"
        self.record = root / "record"
        for folder in (self.bin, self.home, self.project):
            folder.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)
        shutil.copy(LAUNCHER, self.project / "fleet")
        (self.project / "requirements.txt").write_text("one==1\n")

    def environment(self, **more: str) -> dict[str, str]:
        base = {"PATH": str(self.bin), "HOME": str(self.home), "RECORD": str(self.record)}
        return {**base, **more}

    def choose(self, **more: str) -> subprocess.CompletedProcess[str]:
        return self._run([BASH, "-c", f"source '{LAUNCHER}'; find_python"], self.home, more)

    def fleet(
        self, *arguments: str, cwd: Path | None = None, via: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        command = [BASH, str(via or self.project / "fleet"), *arguments]
        return self._run(command, cwd or self.home, more)

    def start(self) -> subprocess.Popen[str]:
        command = [BASH, str(self.project / "fleet"), "doctor"]
        return subprocess.Popen(command, env=self.environment(), stdout=-1, stderr=-1, text=True)

    def steps(self) -> list[str]:
        return self.record.read_text().split() if self.record.exists() else []

    def _run(
        self, command: list[str], cwd: Path, more: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        environment = self.environment(**more)
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_prefers_312_over_older_and_newer_ones(machine: Machine) -> None:
    for version in ("3.11", "3.12", "3.13"):
        fake_python(machine.bin / f"python{version}", version)
    assert machine.choose().stdout.strip() == str(machine.bin / "python3.12")


def test_a_shim_that_does_not_run_is_passed_over(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "")
    fake_python(machine.bin / "python3", "3.11")
    assert machine.choose().stdout.strip() == str(machine.bin / "python3")


def test_a_newer_one_of_pyenv_beats_an_older_one_on_the_path(machine: Machine) -> None:
    fake_python(machine.bin / "python3", "3.11")
    wanted = fake_python(machine.home / ".pyenv/versions/3.12.1/bin/python", "3.12")
    fake_python(machine.home / ".pyenv/versions/3.10.13/bin/python", "3.10")
    assert machine.choose().stdout.strip() == str(wanted)


def test_pyenv_may_live_elsewhere(machine: Machine, tmp_path: Path) -> None:
    wanted = fake_python(tmp_path / "envs/versions/3.13.0/bin/python", "3.13")
    assert machine.choose(PYENV_ROOT=str(tmp_path / "envs")).stdout.strip() == str(wanted)


def test_too_old_and_too_new_ones_are_refused_in_plain_words(machine: Machine) -> None:
    fake_python(machine.bin / "python3", "3.9")
    fake_python(machine.bin / "python", "3.15")
    result = machine.choose()
    assert result.returncode == 1
    assert "Install Python 3.12" in result.stderr


def test_the_newest_is_taken_rather_than_one_without_road_routing(machine: Machine) -> None:
    fake_python(machine.bin / "python3.11", "3.11")
    wanted = fake_python(machine.bin / "python3", "3.14")
    assert machine.choose().stdout.strip() == str(wanted)


def test_one_without_ensurepip_is_only_named_as_what_is_wrong(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12", venv=False)
    result = machine.choose()
    assert result.returncode == 1
    assert "python3-venv" in result.stderr
    fake_python(machine.bin / "python3.11", "3.11")
    assert machine.choose().stdout.strip() == str(machine.bin / "python3.11")


def test_an_explicit_choice_wins_or_fails(machine: Machine, tmp_path: Path) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    own = fake_python(tmp_path / "own", "3.11")
    assert machine.choose(FLEET_PYTHON=str(own)).stdout.strip() == str(own)
    result = machine.choose(FLEET_PYTHON="/nowhere/python")
    assert result.returncode == 1
    assert "/nowhere/python" in result.stderr


def test_it_installs_once_and_again_when_requirements_change(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    assert machine.fleet("doctor").stdout == f"cli doctor in {machine.project}\n"
    assert machine.steps() == ["venv", "pip"]
    machine.fleet("doctor")
    assert machine.steps() == ["venv", "pip"]
    (machine.project / "requirements.txt").write_text("one==2\n")
    machine.fleet("doctor")
    assert machine.steps() == ["venv", "pip", "pip"]


def test_a_failed_installation_is_said_and_tried_again(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    result = machine.fleet("doctor", PIP_STATUS="1")
    assert result.returncode == 1
    assert "installing the packages failed" in result.stderr
    log = machine.project / ".venv" / "pip.log"
    assert str(log) in result.stderr
    end = result.stderr.splitlines()[-21:-1]
    assert end == log.read_text().splitlines()[-20:]
    assert end[-1] == "ERROR: No space left on device"
    assert machine.fleet("doctor").returncode == 0


def test_an_installation_says_little_and_keeps_all(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    said = machine.fleet("doctor").stderr.splitlines()
    assert said[1:] == [
        "Installing the pinned packages (first time: some minutes, about 1.6 GB) ...",
        "Looking up packages: 20 of ~150: name-20",
        "Looking up packages: 40 of ~150: name-40",
        "Installing packages: 20 of ~150: name_20",
        "Installing packages: 40 of ~150: name_40",
        "Unpacking the packages ...",
        "Packages are ready.",
    ]
    log = (machine.project / ".venv" / "pip.log").read_text()
    assert "WARNING: Running pip as the 'root' user" in log


def test_on_a_terminal_progress_is_one_line(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [BASH, str(machine.project / "fleet"), "doctor"],
        env=machine.environment(), stdout=subprocess.DEVNULL, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    said = read_all(screen)
    assert process.wait() == 0
    assert "\r\033[KInstalling packages: 45 of ~150: name_45\r\033[K" in said
    assert said.count("\n") == 4
    assert "WARNING" not in said


def read_all(descriptor: int) -> str:
    """What is written to a terminal until nobody has it open."""
    data = b""
    with contextlib.suppress(OSError), os.fdopen(descriptor, "rb", buffering=0) as screen:
        while chunk := screen.read(4096):
            data += chunk
    return data.decode()


def test_it_works_from_anywhere_and_through_a_link(machine: Machine, tmp_path: Path) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    link = tmp_path / "link"
    link.symlink_to("project/fleet")
    result = machine.fleet("up", cwd=Path("/"), via=link)
    assert result.stdout == f"cli up in {machine.project}\n"


def test_two_first_starts_install_once(machine: Machine) -> None:
    fake_python(machine.bin / "python3.12", "3.12")
    both = [machine.start(), machine.start()]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [out for out, _ in outputs] == [f"cli doctor in {machine.project}\n"] * 2
    assert machine.steps() == ["venv", "pip"]


def test_the_launcher_is_executable() -> None:
    assert os.access(LAUNCHER, os.X_OK)
    assert os.access(PROJECT_ROOT / ".ci" / "run", os.X_OK)
