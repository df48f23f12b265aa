"""`./fleet …` inside the process of the tests: a new one would first import everything again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from unittest import mock

from typer.testing import CliRunner

from fleet_app.cli.__main__ import main
from fleet_app.settings import get_settings

Result = subprocess.CompletedProcess[str]


def fleet(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """What the command line says and its exit code; there is nothing to read on its input."""
    get_settings.cache_clear()
    with (
        CliRunner().isolation(env=env) as (out, err, _),
        mock.patch.object(sys, "argv", ["./fleet", *arguments]),
        mock.patch("signal.signal"),  # which belongs to the tests
    ):
        status = _status()
        sys.stdout.flush()
        sys.stderr.flush()
        said = [stream.getvalue().decode() for stream in (out, err)]
    get_settings.cache_clear()
    return Result(arguments, status, *said)


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
