"""The solver in a process of its own, seen from the process that waits for it.

Solvers take every cycle they get and hold the interpreter for long; in a process of its own none of
that is felt by whoever else lives here, and it can be ended whatever it does.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.saying import Clock, clock

MODULE = "fleet_app.planning.runs.child"
_ROOT = Path(__file__).resolve().parents[3]
HEAD = struct.Struct(">I")
STOP = b"s"
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What the solver is asked; `say_time` goes to another process, as all of it."""

    problem: Problem
    seconds: float
    seed: int = 0
    start: Sequences | None = None
    kept: Sequences = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    say_time: Clock = clock


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the solver says: a better plan after so many seconds, the last one, or that it cannot.

    `trouble` is for people; `defect` says that it is ours rather than the plan's.
    """

    seconds: float = 0.0
    plan: Plan | None = None
    is_last: bool = False
    trouble: str = ""
    defect: bool = False


class Solver:
    """A question that is being worked on."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._told: asyncio.Queue[Told] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def told(self, seconds: float) -> Told | None:
        """The next that it says; None when it says nothing for so long."""
        try:
            async with asyncio.timeout(seconds):
                return await self._told.get()
        except TimeoutError:
            return None

    def stop(self) -> None:
        """Have it end with the best it has."""
        if self._process.stdin is not None:
            with suppress(OSError, RuntimeError):
                self._process.stdin.write(STOP)

    async def end(self) -> None:
        """Make sure that nothing of it is left, helpers of its own included."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._process.wait()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        decode = msgspec.msgpack.Decoder(Told).decode
        try:
            while True:
                (size,) = HEAD.unpack(await self._process.stdout.readexactly(HEAD.size))
                self._told.put_nowait(decode(await self._process.stdout.readexactly(size)))
        except (asyncio.IncompleteReadError, msgspec.DecodeError):
            trouble = "The solver ended unexpectedly."
            self._told.put_nowait(Told(is_last=True, trouble=trouble, defect=True))


@asynccontextmanager
async def solving(question: Question) -> AsyncIterator[Solver]:
    """Ask; whatever happens in the block, nothing is left running after it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE, cwd=_ROOT,
        start_new_session=True, limit=MOST_BYTES,
    )  # fmt: skip
    solver = Solver(process)
    try:
        assert process.stdin is not None
        body = await asyncio.to_thread(pickle.dumps, question, pickle.HIGHEST_PROTOCOL)
        with suppress(OSError):  # it died; its reader says so
            process.stdin.write(HEAD.pack(len(body)) + body)
            await process.stdin.drain()
        yield solver
    finally:
        await asyncio.shield(solver.end())
