"""The process in which a run is solved: `python -m fleet_app.planning.runs.child`.

It reads one question from its input and writes what it finds to its output. Anything more on the
input means to stop; its end means that whoever asked is gone.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import time
from typing import BinaryIO

import msgspec

from fleet_app.planning.runs.solver import HEAD, Question, Told
from fleet_app.routing.optimiser.plan import BadProblem, Plan
from fleet_app.routing.optimiser.solving import solve

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.5
"""Better plans are told no more often than this."""
NICE = 5
"""Live positions go before plans."""
ORPHAN_SECONDS = 5.0
"""How long solvers may take to hear that nobody waits for them any more."""


class Teller:
    """Writes what was found to the one who asked, the newest only, not too often."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._waiting: Told | None = None
        self._last = 0.0

    def better(self, plan: Plan) -> None:
        """A plan that is better than all before it."""
        with self._lock:
            self._waiting = Told(seconds=self._seconds(), plan=plan)
            self._flush()

    def tick(self) -> None:
        """Tell what had to wait."""
        with self._lock:
            self._flush()

    def last(self, told: Told) -> None:
        """Say the last word."""
        with self._lock:
            self._waiting = None
            self._write(msgspec.structs.replace(told, seconds=self._seconds(), is_last=True))

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _flush(self) -> None:
        if self._waiting is not None and time.monotonic() - self._last >= EVERY_SECONDS:
            self._write(self._waiting)
            self._waiting, self._last = None, time.monotonic()

    def _write(self, told: Told) -> None:
        body = msgspec.msgpack.encode(told)
        self._out.write(HEAD.pack(len(body)) + body)
        self._out.flush()


def answer(question: Question, teller: Teller, stopped: threading.Event) -> Told:
    """The best plan, or in words why there is none."""
    try:
        plan = solve(
            question.problem, seconds=question.seconds, seed=question.seed, start=question.start,
            kept=question.kept, stopped=stopped.is_set, better=teller.better,
            words=question.words, say_time=question.say_time,
        )  # fmt: skip
    except BadProblem as error:
        return Told(trouble=". ".join(error.problems[:3]))
    except Exception as error:
        # Solvers in C++ raise what they like. Whoever waits outside hears of it in place of a plan
        # and says so to the person; the trace goes to the log of the worker, whose error output
        # this process has.
        log.exception("solving failed")
        return Told(trouble=f"{type(error).__name__}: {error}", defect=True)
    return Told(plan=plan)


def main() -> None:
    """Read, solve, write."""
    os.nice(NICE)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the answer
    source = sys.stdin.buffer
    (size,) = HEAD.unpack(source.read(HEAD.size))
    # The pipe has one writer, the process that started this one.
    question: Question = pickle.loads(source.read(size))  # noqa: S301
    stopped, teller = threading.Event(), Teller(out)
    threading.Thread(target=_watch, args=(source, stopped), daemon=True).start()
    threading.Thread(target=_tick, args=(teller,), daemon=True).start()
    teller.last(answer(question, teller, stopped))


def _watch(source: BinaryIO, stopped: threading.Event) -> None:
    while source.read(1):
        stopped.set()
    stopped.set()
    time.sleep(ORPHAN_SECONDS)
    if os.getpgid(0) == os.getpid():  # helpers of the solvers as well
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _tick(teller: Teller) -> None:
    while True:
        time.sleep(EVERY_SECONDS / 2)
        teller.tick()


if __name__ == "__main__":
    main()
