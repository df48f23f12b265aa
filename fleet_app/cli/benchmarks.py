"""`./fleet bench NAME`: measurements; the last line printed is one JSON object."""

from __future__ import annotations

import json
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from fleet_app.cli.problems import Problem, explained


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command()(bench)


def names() -> list[str]:
    """The benchmarks there are: every public module in `bench/` that has a `main`."""
    from fleet_app.settings import PROJECT_ROOT

    files = sorted((PROJECT_ROOT / "bench").glob("[!_]*.py"))
    return [file.stem for file in files if "\ndef main(" in file.read_text(encoding="utf-8")]


def bench(
    name: Annotated[str, typer.Argument(help="Which one; leave out to list them.")] = "",
    file: Annotated[
        Path | None,
        typer.Argument(help="A recorded trace, or a folder of instances, for those that take one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line at the end instead of a table.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Under a minute, less exact.")] = False,
    only: Annotated[
        str | None, typer.Option("--only", help="What has this in its name, for some.")
    ] = None,
) -> None:
    """Run a benchmark."""
    if name not in names():
        known = ", ".join(names()) or "none yet"
        raise Problem(f"there is no benchmark {name!r}; there are: {known}" if name else known)
    main = import_module(f"bench.{name}").main
    given = {"file": file, "only": only}
    options = {key: value for key, value in given.items() if value is not None}
    for key in options.keys() - signature(main).parameters.keys():
        raise Problem(f"the benchmark {name} takes no {key}")
    with explained():
        result: dict[str, Any] = main(quick=quick, **options)
    if not as_json:
        _table(result)
    print(json.dumps(result), flush=True)


def _table(result: dict[str, Any]) -> None:
    for section in ("ratios", "figures"):
        for key, value in result.get(section, {}).items():
            print(f"{section[:-1]:7} {key:32} {value}")
