"""Children of the pool: they hear, they tell, they outlive a task, and not their parent."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack

import psutil
import pytest

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.engines import pyvrp_team
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.parallel import Crew, Event, Pool
from fleet_app.routing.optimiser.problem import Problem, Sequences, Stop
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.settings import PROJECT_ROOT
from tests.builders.pool_tasks import answer, echo, fail, keep_on, print_it, sleep_through
from tests.builders.problems import driver, on_a_grid

PATIENCE_S = 60.0
"""A bound on hanging: other work may share the machine."""


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(2)
    yield pool
    pool.close()


def last(crew: Crew) -> Event:
    """The next thing that ends a task."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        event = crew.next(1)
        if event is not None and event.kind != "told":
            return event
    raise AssertionError("nothing was heard")


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def ended(pid: int) -> bool:
    until = time.monotonic() + PATIENCE_S
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


def test_a_child_works_tells_and_stays_for_the_next_task(pool: Pool) -> None:
    with pool.crew(1) as crew:
        pid = crew.children[0].pid
        crew.start(0, answer, 20, 22, seconds=PATIENCE_S)
        assert last(crew).value == 42
        crew.start(0, fail, seconds=PATIENCE_S)
        failed = last(crew)
        assert (failed.kind, failed.value) == ("failed", "ValueError: of no use")
        crew.start(0, print_it, "noise", seconds=PATIENCE_S)
        assert last(crew).value == "noise"
    with pool.crew(1) as crew:
        assert crew.children[0].pid == pid


def test_what_fails_in_a_child_leaves_a_trace(capfd: pytest.CaptureFixture[str]) -> None:
    pool = Pool(1)
    with pool.crew() as crew:
        crew.start(0, fail, seconds=PATIENCE_S)
        assert last(crew).kind == "failed"
    pool.close()
    said = capfd.readouterr().err
    assert "fail failed" in said
    assert said.rstrip().endswith("ValueError: of no use")


def test_what_the_parent_says_reaches_a_child_at_work(pool: Pool) -> None:
    with pool.crew(1) as crew:
        crew.start(0, echo, seconds=PATIENCE_S)
        crew.tell(0, "hello")
        heard = crew.next(PATIENCE_S)
        assert heard is not None
        assert (heard.kind, heard.value) == ("told", "hello")


@pytest.mark.parametrize("seconds", [0.1, PATIENCE_S])
def test_a_child_stops_at_its_deadline_or_when_it_is_wished(pool: Pool, seconds: float) -> None:
    with pool.crew(1) as crew:
        crew.start(0, keep_on, seconds=seconds)
        if seconds == PATIENCE_S:
            crew.stop()
        assert last(crew) == (0, "done", "stopped", pytest.approx(0, abs=PATIENCE_S / 2))


def test_a_killed_child_is_told_of_and_replaced(pool: Pool) -> None:
    with pool.crew(2) as crew:
        crew.start(0, keep_on, seconds=PATIENCE_S)
        crew.children[0].kill()
        assert last(crew)[:2] == (0, "lost")
        assert crew.there == [1]
        lost = crew.children[0].pid
    with pool.crew(2) as crew:
        assert lost not in [child.pid for child in crew.children]
        crew.start(1, answer, 1, 1, seconds=PATIENCE_S)
        assert last(crew).value == 2


def test_who_does_not_listen_is_ended(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet_app.routing.optimiser.parallel.WAIT_S", 0.1)
    with pool.crew(1) as crew:
        pid = crew.children[0].pid
        crew.start(0, sleep_through, PATIENCE_S, seconds=0.1)
    assert ended(pid)


def test_who_comes_second_gets_fewer_and_nobody_more_than_there_may_be(pool: Pool) -> None:
    def fourth() -> int:
        with pool.crew(2) as crew:
            return len(crew.children)

    with ThreadPoolExecutor(1) as threads, ExitStack() as lent:
        crews = [lent.enter_context(pool.crew(2)) for _ in range(3)]
        assert [len(crew.children) for crew in crews] == [2, 1, 1]
        pids = {child.pid for crew in crews for child in crew.children}
        waiting = threads.submit(fourth)
        assert wait([waiting], timeout=0.3).not_done
        lent.close()
        assert waiting.result(PATIENCE_S) in {1, 2}
    assert sum(map(is_running, pids)) <= pool.size


def test_children_stand_back_behind_their_parent() -> None:
    pool = Pool(1, nice=3)
    try:
        with pool.crew() as crew:
            crew.start(0, answer, 1, 1, seconds=PATIENCE_S)
            last(crew)
            assert psutil.Process(crew.children[0].pid).nice() == psutil.Process().nice() + 3
    finally:
        pool.close()


@pytest.mark.parametrize("end", ["sys.exit()", "os.kill(os.getpid(), 9)"])
def test_no_child_outlives_its_parent(end: str) -> None:
    code = f"""
        import os, sys
        from fleet_app.routing.optimiser.parallel import Pool
        from tests.builders.pool_tasks import keep_on
        with Pool(1).crew() as crew:
            crew.start(0, keep_on, seconds=600)
            print(crew.children[0].pid, flush=True)
            {end}
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=PROJECT_ROOT, capture_output=True,
        text=True, check=False, timeout=PATIENCE_S, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert ended(int(result.stdout))


@pytest.fixture
def town() -> Problem:
    points = [(0, 0), *((n * 37 % 101, n * 53 % 97) for n in range(1, 61))]
    stops = tuple(Stop(f"s{n}", n, 60, delivers=(1,)) for n in range(1, 61))
    crew = tuple(driver(f"v{n}", capacity=(8,), fixed_cost=10) for n in range(10))
    return Problem(stops, crew, (on_a_grid(points, 10),))


class Clock:
    """Until so many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> bool:
        return self.left <= 0

    @property
    def left(self) -> float:
        return max(0.0, self._until - time.monotonic())


@pytest.mark.parametrize("large", [1000, 30])
def test_a_plan_by_several_children_keeps_everything(
    pool: Pool, town: Problem, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole at once, and part by part."""
    monkeypatch.setattr(pyvrp_team, "LARGE", large)
    pool.prepare(PyVrpEngine.tasks)
    costs: list[int] = []

    def hear(sequences: Sequences) -> None:
        plan = schedule(town, sequences)
        assert check(town, plan) == ()
        costs.append(plan.cost)

    found = PyVrpEngine(pool).solve(town, Clock(1.5), better=hear)
    assert found is not None
    plan = schedule(town, found)
    assert not plan.left_out
    assert check(town, plan) == ()
    assert costs == sorted(costs, reverse=True)
    assert plan.cost == costs[-1]


def test_a_plan_survives_the_loss_of_a_child(pool: Pool, town: Problem) -> None:
    pool.prepare(PyVrpEngine.tasks)
    lost: list[int] = []

    def hear(sequences: Sequences) -> None:
        if not lost:
            children = psutil.Process().children()
            ours = [
                one for one in children if "optimiser.parallel_child" in " ".join(one.cmdline())
            ]
            lost.append(ours[0].pid)
            ours[0].kill()

    found = PyVrpEngine(pool).solve(town, Clock(1.5), better=hear)
    assert lost
    assert found is not None
    assert check(town, schedule(town, found)) == ()
