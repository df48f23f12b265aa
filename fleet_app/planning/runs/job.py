"""The work behind a run: ask the solver, follow what it finds, keep the best, settle it.

The best plan so far is stored every two seconds. When the process dies, another takes the run up
from there, with the seconds that are left.
"""

from __future__ import annotations

import asyncio
import logging
import time

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Contended, FleetError, StoreUnavailable
from fleet_app.planning.runs import keeping
from fleet_app.planning.runs.checkpoint import Checkpoint
from fleet_app.planning.runs.curve import extended
from fleet_app.planning.runs.models import Mode, PlanJob, RunState
from fleet_app.planning.runs.ports import Asked, Planner, Result, RunNews
from fleet_app.planning.runs.reading import encoded
from fleet_app.planning.runs.service import Work
from fleet_app.planning.runs.solver import Question, Solver, Told, solving
from fleet_app.planning.runs.weighing import Bar

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How soon a wish to stop is noticed."""
TELL_SECONDS, KEEP_SECONDS = 0.5, 2.0
"""The least time between two pieces of news, and between two checkpoints."""
STOP_SECONDS = 0.5
"""How long the solver has for its last word once it has to stop."""
BEGIN_SECONDS, OVER_SECONDS = 60.0, 10.0
"""How long it may take to begin, and to end once its time is over."""
SETTLE_SECONDS = 30.0
MOST_ATTEMPTS = 4
"""A run that takes its workers down with it is not begun more often."""
LEAST_SECONDS = 0.5
"""Of a run that was taken up again: with less left it is over."""
WORTH_SHARE = 0.8
"""What of all stops has to be planned for a solver to begin with it."""
_FAULT = "Something went wrong on our side. The plan is as it was; try again."


class RunJob:
    """One attempt at a run, for the person who asked for it."""

    def __init__(self, work: Work, planner: Planner, news: RunNews, actor: Actor) -> None:
        self._work = work
        self._planner = planner
        self._news = news
        self._actor = actor

    async def run(self, job_id: int) -> None:
        """Do it, unless it has ended.

        Raises `StoreUnavailable` or `Contended`; everything else becomes the run's own message.
        """
        async with self._work() as session:
            job = await keeping.take(session, job_id)
        if job is None:
            return
        try:
            await self._do(job)
        except (StoreUnavailable, Contended):
            raise
        except FleetError as error:
            await self.fail(job, error.message)
        except Exception:
            # Whatever else it is, another attempt would meet it again while somebody watches a
            # chart that stands still. The log has it, and the person a message.
            log.exception("planning job %s failed", job.id)
            await self.fail(job, _FAULT)

    async def refuse(self, job_id: int, message: str) -> None:
        """Give up on a run that cannot even be begun."""
        async with self._work() as session:
            job = await keeping.take(session, job_id)
        if job is not None:
            await self.fail(job, message)

    async def fail(self, job: PlanJob, message: str) -> None:
        """End it without a result."""
        job.state, job.message, job.finished_at = RunState.FAILED, message[:500], utc_now()
        async with self._work() as session:
            is_ours = await keeping.finish(session, job)
        if is_ours:
            await self._tell(job)

    async def _do(self, job: PlanJob) -> None:
        authorize(self._actor.principal, "plans.update")
        run, state = Run(job), RunState(job.state)
        if state is not RunState.STOPPING and job.attempt <= MOST_ATTEMPTS:
            found = await self._ask(run)
            if found is RunState.RUNNING and run.left > LEAST_SECONDS:
                found = await self._solve(run)
            if found is None:
                return
            state = found
        await self._settle(run, state)

    async def _ask(self, run: Run) -> RunState | None:
        """Have the plan made a problem, which may take a while; returns the run's state then."""
        job, state = run.job, RunState.RUNNING
        asking = asyncio.ensure_future(self._planner.ask(self._actor, job.plan_id, job.mode))
        try:
            while not asking.done():
                await asyncio.wait([asking], timeout=LOOK_SECONDS)
                found = await self._look(run)
                if found is None or found is RunState.STOPPING:
                    return found
                state = found
            await asyncio.to_thread(run.about, asking.result())
        finally:
            asking.cancel()
        return state

    async def _solve(self, run: Run) -> RunState | None:
        """Follow the solver to its end; returns the run's state then, None when it is not ours."""
        state = await self._keep(run)
        if state is not RunState.RUNNING:
            return state
        async with solving(run.question) as solver:
            try:
                return await self._follow(run, solver)
            except asyncio.CancelledError:  # the worker has to stop; another goes on from here
                await self._keep(run)
                raise

    async def _follow(self, run: Run, solver: Solver) -> RunState | None:
        state: RunState | None = RunState.RUNNING
        told = looked = kept = time.monotonic()
        until = told + run.left + BEGIN_SECONDS
        while (now := time.monotonic()) < until and not run.is_over:
            if heard := await solver.told(LOOK_SECONDS):
                run.hear(heard)
            if run.news and now - told >= TELL_SECONDS:
                told, run.news = now, False
                await self._tell(run.job)
            if now - looked < LOOK_SECONDS:
                continue
            looked, before = now, state
            if now - kept >= KEEP_SECONDS:
                kept, state = now, await self._keep(run)
            else:
                state = await self._look(run)
            if state is None:
                return None
            if state is RunState.RUNNING and run.best is not None:
                until = min(until, now + run.left + OVER_SECONDS)
            elif state is RunState.STOPPING is not before:
                solver.stop()
                until = now + STOP_SECONDS
        return state

    async def _settle(self, run: Run, state: RunState) -> None:
        """Hand the best to the plan, and write down how it ended."""
        job, found = run.job, run.best
        if found is None:
            await self._without(run, state)
            return
        async with self._work(SETTLE_SECONDS) as session:
            if await keeping.look(session, job, lock=True) is None:
                return
            result = Result(job.plan_id, job.version or 0, job.mode, found)
            settled = await self._planner.settle(session, self._actor, result)
            job.applied = settled.applied
            job.result_plan_id = None if settled.applied else settled.plan_id
            stopped = state is RunState.STOPPING
            job.state = RunState.STOPPED if stopped else RunState.DONE
            job.finished_at, job.message = utc_now(), run.summary()
            if not await keeping.finish(session, job):
                raise Contended  # another attempt has it: nothing of this one may stay
        await self._tell(job)

    async def _without(self, run: Run, state: RunState) -> None:
        if state is not RunState.STOPPING:
            await self.fail(run.job, run.trouble or "No plan was found in this time.")
            return
        job = run.job
        job.state, job.finished_at = RunState.STOPPED, utc_now()
        job.message = "Stopped before there was a plan. The plan is as it was."
        async with self._work() as session:
            is_ours = await keeping.finish(session, job)
        if is_ours:
            await self._tell(job)

    async def _keep(self, run: Run) -> RunState | None:
        run.write_down()
        async with self._work() as session:
            return await keeping.keep(session, run.job)

    async def _look(self, run: Run) -> RunState | None:
        async with self._work() as session:
            return await keeping.look(session, run.job)

    async def _tell(self, job: PlanJob) -> None:
        try:
            await self._news.tell(job.id or 0, encoded(job))
        except StoreUnavailable as error:
            log.warning("news of a planning job were not spread: %s", error)


class Run:
    """What is known of a run while it is worked on."""

    def __init__(self, job: PlanJob) -> None:
        self.job = job
        self.best = self._found_before = Checkpoint.read(job.best)
        self.trouble = ""
        self.news = self.is_over = False
        self._asked: Asked | None = None
        self._spent = job.spent_s
        """By the attempts before this one."""
        self._bar: Bar | None = None
        """Until something better is found than by the attempts before."""

    def about(self, asked: Asked) -> None:
        """What the plan asks for."""
        job, self._asked = self.job, asked
        job.stops = len(asked.problem.stops)
        job.seconds = job.seconds or usual_seconds(job.stops)
        if self._found_before is not None and job.version == asked.version:
            self._bar = Bar(asked.problem, asked.kept, self._found_before)
        job.version = asked.version if job.version is None else job.version

    @property
    def left(self) -> float:
        """Seconds that it may still take."""
        return self.job.seconds - self.job.spent_s

    @property
    def question(self) -> Question:
        """What to ask the solver: to go on from the checkpoint, else from what is planned."""
        asked = self._asked
        assert asked is not None
        start = self.best.start_for(asked.problem) if self.best else asked.start
        placed = sum(map(len, (start or {}).values()))
        if self.job.mode is not Mode.FIT_IN and placed < WORTH_SHARE * len(asked.problem.stops):
            start = None  # what solvers begin with by themselves is better than little
        return Question(
            asked.problem, self.left, self.job.seed, start, asked.kept, asked.words, asked.say_time
        )

    def hear(self, told: Told) -> None:
        """Take in what the solver says."""
        job, self.is_over = self.job, told.is_last
        job.spent_s = min(self._spent + told.seconds, job.seconds)
        self.trouble = told.trouble
        if told.defect:
            log.error("the solver of planning job %s: %s", job.id, told.trouble)
            self.trouble = _FAULT
        if told.plan is not None and (asked := self._asked) is not None:
            ordered = {stop for chain in asked.problem.chains for stop in chain.stops}
            found = Checkpoint.of(told.plan, asked.crews, asked.begun, ordered=ordered)
            self._weigh(found)

    def _weigh(self, found: Checkpoint) -> None:
        """Take it, unless it is worse than what an attempt before this one had found."""
        job = self.job
        if self._bar is not None and self._bar.is_over(found.sequences):
            return
        self._bar = None  # whatever the solver says from here on is better than this
        self.best, self.news = found, True
        job.cost, job.engine = round(found.money, 2), found.engine[:40]
        job.planned, job.left = found.planned, found.missing
        job.curve = extended(job.curve, job.spent_s, found.money)

    def write_down(self) -> None:
        """Bring the row up to date."""
        self.job.best = self.best.stored() if self.best else None

    def summary(self) -> str:
        """What was reached, in a sentence."""
        job = self.job
        said = f"{job.planned:,} of {job.stops:,} stops planned."
        if job.left:
            said += f" {job.left:,} could not be placed; the tray says why."
        if not job.applied:
            said += " The plan was changed meanwhile, so the result is kept as a plan of its own."
        return said


def usual_seconds(stops: int) -> float:
    """How long planning is worth while, by the number of stops."""
    return 10.0 if stops <= 200 else 30.0 if stops <= 500 else 60.0
