"""Scripts of the browser in a node process: the program that builds the frontend runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Self

from fleet_app.runtime.toolchain import node

_READER = 'import { createInterface } from "node:readline";\n'
_LOOP = """
for await (const line of createInterface({ input: process.stdin })) {
  const [name, argument] = JSON.parse(line);
  let reply;
  try { reply = { value: await calls[name](argument) }; }
  catch (error) { reply = { error: `${error.name}: ${error.message}` }; }
  process.stdout.write(JSON.stringify(reply) + "\\n");
}
"""


class NodeScripts:
    """A node process that answers one call a line.

    `calls` is a script that defines `calls`, functions by name; it finds the arguments from
    `process.argv[2]` on.
    """

    def __init__(self, folder: Path, calls: str, *arguments: str) -> None:
        (folder / "harness.mjs").write_text(_READER + calls + _LOOP, encoding="utf-8")
        self._process = subprocess.Popen(
            [str(node()), "--no-warnings", "harness.mjs", *arguments],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, name: str, argument: Any = None) -> Any:
        """What the function of that name gives back. Raises ValueError when it throws."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([name, argument]) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply.get("value")

    def close(self) -> None:
        """End the process, which ends when nothing more can be asked."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
