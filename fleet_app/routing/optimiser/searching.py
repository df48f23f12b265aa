"""One search: the engine for the problem, repair, polish, and a check before anybody sees it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from fleet_app.routing.optimiser.beginning import begin
from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.contradictions import Sorted, without, without_contradictions
from fleet_app.routing.optimiser.easing import BREAKS, SOFT, TOGETHER, Eased, ease
from fleet_app.routing.optimiser.engine import Engine
from fleet_app.routing.optimiser.engines.ortools import OrToolsEngine
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.engines.vroom import VroomEngine
from fleet_app.routing.optimiser.inserting import insert_all
from fleet_app.routing.optimiser.loosening import Loosened, loosened
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.parallel import POOL
from fleet_app.routing.optimiser.plan import Broken, LeftOut, Plan
from fleet_app.routing.optimiser.polishing import Polisher
from fleet_app.routing.optimiser.problem import Hold, Problem, Sequences
from fleet_app.routing.optimiser.reasons import reasons
from fleet_app.routing.optimiser.repairing import repair
from fleet_app.routing.optimiser.saying import Speaker
from fleet_app.routing.optimiser.scheduling import Timetable
from fleet_app.routing.optimiser.working import Value, Work

log = logging.getLogger(__name__)
TELL_EVERY_S = 0.3
POLISH_SHARE = 0.3
"""Of the time, where the engine did not know the whole problem."""
LAST_S = 0.05
LAST_STOP_S = 0.0002
"""For the last plan, its check and its reasons, and by stop."""
FEW = 120
"""Stops up to which OR-Tools is asked about soft windows and groups."""
REASONS_S = 0.1
"""For reasons, where they are all that is left to do."""
ENGINE_STOP_S = 0.0008
"""By stop: with less time engines have not begun when they should be through."""
WARM_STOP_S = 0.03
"""By stop: with more time engines find a better first plan than ours to start from."""
BEGIN_SHARE = 0.2
"""Of the time, for our own first plan."""
POSSIBLE_SHARE = 0.1
"""Of the time, to see which stops are possible at all."""


class Deadline:
    """When to stop: after so many seconds, or when somebody wishes."""

    def __init__(self, seconds: float, stopped: Callable[[], bool] = lambda: False) -> None:
        self.until = time.monotonic() + seconds
        self.stopped = stopped

    def __call__(self) -> bool:
        """Whether it is time."""
        return self.left <= 0

    @property
    def left(self) -> float:
        """Seconds until then."""
        if self.stopped():
            return 0.0
        return max(0.0, self.until - time.monotonic())

    def before(self, seconds: float) -> Deadline:
        """The same, so much earlier."""
        return Deadline(max(0.0, self.left - seconds), self.stopped)

    def share(self, part: float) -> Deadline:
        """When so much of what is left is over."""
        return Deadline(self.left * part, self.stopped)


class Search:
    """Works on one problem until the deadline and holds the best plan.

    What is `kept` is on its vehicle in every plan, with flags for what it breaks there as it is;
    nothing else is broken, and that no more than it is.
    """

    def __init__(
        self,
        problem: Problem,
        deadline: Deadline,
        say: Speaker,
        seed: int = 0,
        better: Callable[[Plan], None] | None = None,
        *,
        kept: Sequences | None = None,
    ) -> None:
        self.given, self.deadline, self.say, self.seed = problem, deadline, say, seed
        self.better = better
        self.loose = self.loosened(kept or {})
        self.problem, self.aside = self.sorted()
        self.model = Model(self.problem)
        self.timetable = Timetable(Model(problem), say)
        self.loose_times = Timetable(Model(self.loose.problem), say)
        self.work = Work(self.model)
        self.value: Value | None = None
        self.best: dict[str, tuple[str, ...]] = {}
        self.engine = ""
        self.last = self.work
        """What was offered last, whether it was kept or not."""
        self.is_warm = True
        """Whether engines start from the best there is."""
        self._told = 0.0
        self._waiting: Sequences | None = None

    def loosened(self, kept: Sequences) -> Loosened:
        """The problem in which what is kept breaks nothing."""
        return loosened(self.given, kept)

    def sorted(self) -> Sorted:
        """What can be planned at all."""
        return without_contradictions(self.loose.problem, self.say.words)

    def run(self, start: Sequences | None = None) -> Plan:
        """From `start` if there is one."""
        if self.loose.kept:
            self.hold()
        if start:
            self.offer(start, "given")
        elif self.model.vehicles:
            self.begin()
        if self.model.vehicles and self.model.stops:
            self.search()
        if self.value is None:
            self.offer({}, "insertion")
        return self.plan(self.best, with_reasons=True)

    @property
    def reserve(self) -> float:
        """Seconds that the last plan takes."""
        return LAST_S + LAST_STOP_S * len(self.model.stops)

    def hold(self) -> None:
        """Whatever comes after is better than what is kept with nothing else."""
        work = self.fresh()
        self.value, self.best, self.engine = work.value, work.sequences, "given"

    def fresh(self) -> Work:
        """What is kept, and nothing else."""
        return self.arranged(self.loose.kept)

    def arranged(self, sequences: Sequences) -> Work:
        """Sequences to work on."""
        return Work.of(self.model, sequences)

    def begin(self) -> None:
        """Something to show, at once; what takes longer than that is put in by somebody else."""
        self.is_warm = self.deadline.left < WARM_STOP_S * len(self.model.stops)
        until = self.deadline.share(BEGIN_SHARE)
        work = self.fresh()
        begin(work, self.deadline)
        for one in (work, self.fresh()):
            insert_all(one, one.missing, until)
            self.keep(one, "insertion")

    def search(self) -> None:
        """The engines, then our own polish where none of them knows everything."""
        possible = self.loose.capped(without(self.problem, self.impossible()))
        last = self.reserve
        stages = stages_of(possible, has_prices=bool(self.loose.later))
        for stage in stages:
            left = max(0.0, self.deadline.left - last)
            is_warm = stage.is_warm and self.is_warm
            self.ask(stage.engine, stage.eased, last + left * (1 - stage.share), is_warm)
        if self.deadline.left > last:
            self.polish(last)

    def impossible(self) -> set[str]:
        """Stops that no vehicle can make even alone: no engine need bother."""
        found: set[str] = set()
        until = self.deadline.share(POSSIBLE_SHARE)
        for unit in dict.fromkeys(map(self.model.unit_of, range(len(self.model.stops)))):
            if until():
                break
            if not any(self.work.places(unit)):
                found.update(self.model.ids(unit))
        return found

    def ask(self, engine: Engine, eased: Eased, reserve: float, is_warm: bool = True) -> None:
        """Let an engine search until so many seconds are left, and hear of its improvements."""
        until = self.deadline.before(reserve)
        if self.value is not None and until.left < ENGINE_STOP_S * len(eased.problem.stops):
            return
        start = eased.reduced(self.best) if self.best and is_warm else None
        self._waiting = None

        def hear(sequences: Sequences) -> None:
            self._waiting = sequences
            if self.better and time.monotonic() - self._told > TELL_EVERY_S:
                self.offer(eased.restored(sequences), engine.name)

        try:
            found = engine.solve(eased.problem, until, seed=self.seed, start=start, better=hear)
        except Exception:
            # Others' libraries, in C++ and in other processes, raise what they like. The log has
            # it; the plan goes on with what it has told so far, other engines and our own search.
            log.exception("The engine %s failed; others go on without it", engine.name)
            found = None
        if found is None:
            found = self._waiting
        if found is not None:
            self.offer(eased.restored(found), engine.name)

    def offer(self, sequences: Sequences, engine: str) -> None:
        """Repair it, put in what is missing, and keep it if it is better."""
        work = self.arranged(sequences)
        self.settle(work)
        insert_all(work, work.missing, self.deadline.before(self.reserve / 2))
        self.last = work
        self.keep(work, engine)

    def settle(self, work: Work) -> None:
        """Make it keep every rule."""
        repair(work, self.deadline)

    def accepts(self, plan: Plan) -> bool:
        """Whether a plan may be shown: what is kept is where it is, and nothing is wrong with it,
        or with what is kept nothing that was not so before."""
        there = {visit.stop: tour.vehicle for tour in plan.tours for visit in tour.visits}
        if any(there.get(one) != home for home, some in self.loose.kept.items() for one in some):
            return False
        flags = check(self.given, plan)
        if not flags or not self.loose.kept:
            return not flags
        if any(flag.code is Broken.MALFORMED for flag in flags):
            return False
        return not check(self.loose.problem, self.loose_times.plan(plan.sequences))

    def keep(self, work: Work, engine: str) -> None:
        """Keep it and tell of it, if it is better and nothing is wrong with it."""
        value = work.value
        if self.value is not None and value >= self.value:
            return
        plan = self.plan(work.sequences, with_reasons=False, engine=engine)
        if not self.accepts(plan):
            log.warning("An answer of %s was not acceptable", engine)
            return
        self.value, self.best, self.engine = value, work.sequences, engine
        if self.better and time.monotonic() - self._told > TELL_EVERY_S:
            self._told = time.monotonic()
            self.better(plan)

    def polish(self, reserve: float) -> None:
        """Our own search for what is left of the time."""
        work = self.arranged(self.best)
        if self.value is None:
            insert_all(work, work.missing, self.deadline)
        self.settle(work)
        self.improve(work, self.deadline.before(reserve))

    def improve(self, work: Work, until: Deadline, rounds: int | None = None) -> None:
        """Our own search from there."""
        engine = f"{self.engine}+own" if self.engine else "own"
        heard = [time.monotonic()]

        def improved(better: Work) -> None:
            if self.better and time.monotonic() - heard[0] > TELL_EVERY_S:
                heard[0] = time.monotonic()
                self.keep(better, engine)

        Polisher(work, self.seed, until, improved).run(rounds)
        self.keep(work, engine)

    def plan(self, sequences: Sequences, with_reasons: bool, engine: str | None = None) -> Plan:
        """The plan of sequences in terms of the problem as it was given."""
        left_out: dict[str, LeftOut] = dict(self.aside)
        if with_reasons:
            # Of the problem as it was given, so that people read limits that they know.
            problem = without(self.given, set(self.aside)) if self.loose.kept else self.problem
            work = Work.of(Model(problem), sequences)
            until = Deadline(max(REASONS_S, self.deadline.left))
            left_out |= reasons(work, self.say, work.missing, until)
        name = self.engine if engine is None else engine
        return self.timetable.plan(sequences, left_out, name)


class Stage(NamedTuple):
    """An engine, what it is asked, for what share of the time that is left, and from where."""

    engine: Engine
    eased: Eased
    share: float
    is_warm: bool = True


def stages_of(problem: Problem, *, has_prices: bool = False) -> list[Stage]:
    """PyVRP wherever it takes the problem or an easier one; OR-Tools besides for small ones with
    soft windows or groups; VROOM where PyVRP does not do; nobody where only we know it, or where
    most of the order is given. `has_prices`: the whole problem has some that this one lacks."""
    if _is_ordered(problem):
        return []
    pyvrp, vroom, ortools = PyVrpEngine(POOL, waits=False), VroomEngine(POOL), OrToolsEngine(POOL)
    if pyvrp.takes(problem):
        has_more = has_prices or (problem.move_cost and problem.current)
        return [Stage(pyvrp, Eased(problem), 1 - POLISH_SHARE / 2 if has_more else 1)]
    eased, kept = ease(problem), ease(problem, (BREAKS, SOFT, TOGETHER))
    main = [one for one in (pyvrp, vroom) if one.takes(eased.problem)]
    if _is_intricate(problem) and len(problem.stops) <= FEW and ortools.takes(kept.problem):
        first = [Stage(one, eased, 0.25) for one in main[:1]]
        return [*first, Stage(ortools, kept, 0.6, is_warm=False)]
    return [Stage(one, eased, 1 - POLISH_SHARE) for one in main[:1]]


def _is_ordered(problem: Problem) -> bool:
    """Whether an order is given for most stops that others may come between: engines know none."""
    ordered = sum(len(one.stops) for one in problem.chains if one.hold is Hold.ORDER)
    return ordered > len(problem.stops) / 2


def _is_intricate(problem: Problem) -> bool:
    return bool(problem.together) or any(stop.late_cost is not None for stop in problem.stops)
