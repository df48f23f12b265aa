"""A running day planned again, in three stages, each of which starts from the best so far.

Our own insertion answers in milliseconds and moves nothing. VROOM starts from those tours and moves
little. PyVRP and our own search take what is left of the time; what they find is kept only if it
pays for the stops that change their vehicle.
"""

from __future__ import annotations

from collections.abc import Callable

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.contradictions import Sorted, without
from fleet_app.routing.optimiser.driven import Before, driven
from fleet_app.routing.optimiser.easing import BREAKS, ease
from fleet_app.routing.optimiser.engine import Engine
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.engines.vroom import VroomEngine
from fleet_app.routing.optimiser.inserting import insert_all
from fleet_app.routing.optimiser.loosening import Loosened, loosened
from fleet_app.routing.optimiser.parallel import POOL
from fleet_app.routing.optimiser.plan import Broken, Plan
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.saying import Speaker
from fleet_app.routing.optimiser.searching import Deadline, Search
from fleet_app.routing.optimiser.working import Work

LEVEL = 1
"""Of VROOM's search."""
SHARES = (0.3, 0.45)
"""Of what is left of the time, for VROOM and then for PyVRP."""
LEAST_S = 0.1
"""With less time an engine is not asked."""


class Live(Search):
    """The search that begins with tours that are being driven.

    What is on them stays on some tour. What they break is allowed as far as it is broken, and less
    of it is better, before all cost.
    """

    def __init__(
        self,
        problem: Problem,
        deadline: Deadline,
        say: Speaker,
        seed: int = 0,
        better: Callable[[Plan], None] | None = None,
        *,
        start: Sequences,
    ) -> None:
        super().__init__(problem, deadline, say, seed, better, kept=start)
        self.before = Before(self.timetable, start)

    def loosened(self, kept: Sequences) -> Loosened:
        """What is driven breaks nothing of it, wherever it moves."""
        return loosened(self.given, kept, moves=True)

    def sorted(self) -> Sorted:
        """Everything: what is driven is not taken off its tour because its locks contradict."""
        return Sorted(self.loose.problem, {})

    def arranged(self, sequences: Sequences) -> Work:
        """Weighed beside what is driven."""
        return driven(self.before, self.model, sequences)

    def run(self, start: Sequences | None = None) -> Plan:
        """Never worse than what is driven."""
        self.value, self.best, self.engine = self.before.value, self.before.sequences, "given"
        self.put_in()
        if self.model.vehicles and self.model.stops:
            self.search()
        return self.plan(self.best, with_reasons=True)

    def put_in(self) -> None:
        """What is missing, where nothing is broken more than it is."""
        work = Work.of(self.timetable.model, self.best)
        insert_all(work, work.missing, self.deadline.before(self.reserve))
        self.keep(self.arranged(work.sequences), "insertion")

    def search(self) -> None:
        """The engines that take it, with its limits eased, then our own search. VROOM is to keep
        what is late in time, or leaves it to be put in late; PyVRP makes it no later than it is."""
        possible = without(self.problem, self.impossible())
        last = self.reserve
        for engine, knows, share in _stages():
            left = self.deadline.left - last
            posed = possible if isinstance(engine, VroomEngine) else self.loose.capped(possible)
            eased = ease(posed, knows)
            if left * share > LEAST_S and engine.takes(eased.problem):
                self.ask(engine, eased, last + left * (1 - share))
        if self.last is not self.work and self.last.value != self.value:
            self.take_back(last)
        self.polish(last)

    def take_back(self, last: float) -> None:
        """What an engine found may pay without those of its moves that do not."""
        left = self.deadline.left - last
        self.improve(self.last, self.deadline.before(last + left / 2), rounds=0)

    def accepts(self, plan: Plan) -> bool:
        """Nobody is taken off a tour, nothing is malformed, and nothing is broken any farther than
        it was."""
        there = {visit.stop for tour in plan.tours for visit in tour.visits}
        if not self.before.stops <= there:
            return False
        flags = check(self.given, plan)
        if any(flag.code is Broken.MALFORMED for flag in flags):
            return False
        return not flags or not check(self.loose.problem, self.loose_times.plan(plan.sequences))


def _stages() -> list[tuple[Engine, tuple[str, ...], float]]:
    """Engines, what they know, and their share of what is left of the time. Children that
    have yet to start take longer than there is time: then PyVRP works here, beside others, and
    VROOM, which would hold everybody up, waits for the next time."""
    if not POOL.is_warm:
        POOL.warm()
        return [(PyVrpEngine(), (), SHARES[1])]
    vroom, pyvrp = VroomEngine(POOL, LEVEL), PyVrpEngine(POOL, waits=False)
    return [(vroom, (BREAKS,), SHARES[0]), (pyvrp, (), SHARES[1])]
