"""`./fleet test`: every check and every test, or just pytest with the given arguments."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Annotated

import typer

PYTHON = sys.executable
WORKERS = min((os.cpu_count() or 1) + 1, 4)
"""Test processes at once: one more than cores, as many tests wait for pages and background jobs.
Each runs engines of its own, so more of them need a lot of memory."""
# Tests of one file share what is dear to start, so they stay together.
TOGETHER = ("-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder")
IMPORT_LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"
CHECKS: Sequence[tuple[str, Sequence[str]]] = (
    ("Style (ruff check)", (PYTHON, "-m", "ruff", "check", ".")),
    ("Format (ruff format)", (PYTHON, "-m", "ruff", "format", "--check", ".")),
    ("Types (mypy)", (PYTHON, "-m", "mypy")),
    ("Architecture (import contracts)", (PYTHON, "-c", IMPORT_LINTER)),
    ("Tests (pytest)", (PYTHON, "-m", "pytest", *TOGETHER)),
)


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    app.command("test", context_settings={**settings, "help_option_names": []})(run_checks)


def run_checks(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[PYTEST ARGS]")] = None,
) -> None:
    """Run all checks and tests; with arguments, only pytest with them."""
    chosen = [("Tests (pytest)", (PYTHON, "-m", "pytest", *arguments))] if arguments else CHECKS
    failed = [title for title, command in chosen if not _passes(title, command)]
    if failed:
        print(f"\n✗ failed: {', '.join(failed)}", flush=True)
        raise typer.Exit(1)
    print("\n✓ everything passed", flush=True)


def _passes(title: str, command: Sequence[str]) -> bool:
    from fleet_app.settings import PROJECT_ROOT

    print(f"\n━━ {title}", flush=True)
    started = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name not in _OWN_STORES}
    status = subprocess.run(command, cwd=PROJECT_ROOT, check=False, env=environment).returncode
    mark = "✓" if status == 0 else f"✗ exit code {status}"
    print(f"   {mark} ({time.monotonic() - started:.1f} s)", flush=True)
    return status == 0


# Tests empty the stores they use, so they must never see those of an installation.
_OWN_STORES = {"FLEET_DATABASE_URL", "FLEET_REDIS_URL", "FLEET_HOME"}
