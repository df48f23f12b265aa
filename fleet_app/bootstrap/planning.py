"""Plans of days, and routes while they are driven."""

from __future__ import annotations

from functools import cached_property

from fleet_app.bootstrap.maps import Maps
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.planning.live.keeper import LiveKeeper
from fleet_app.planning.live.ports import ActiveRoutes
from fleet_app.planning.live.suggesting import Suggester
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.runs.keeper import PlanKeeper
from fleet_app.planning.runs.ports import Planner, RunNews
from fleet_app.planning.runs.service import PlanRuns
from fleet_app.planning.service import PlanService
from fleet_app.planning.templates.service import Templates
from fleet_app.storage.live.active_routes import ValkeyActiveRoutes
from fleet_app.storage.live.news import ValkeyNews


class Planning(Maps):
    """Planning, its runs, and what follows routes in progress."""

    @cached_property
    def plan_news(self) -> RunNews:
        """News of runs of the optimiser."""
        return ValkeyNews(self.redis, "plan_job")

    @cached_property
    def plan_runs(self) -> PlanRuns:
        """Runs of the optimiser, as people ask for them."""
        return PlanRuns(self.work, self.plan_news)

    @cached_property
    def matrices(self) -> Matrices:
        """What driving takes between places of plans, for all who plan in this process."""
        return Matrices(self.roads)

    @cached_property
    def plan_keeper(self) -> Planner:
        """Plans, as runs see them."""
        return PlanKeeper(self.work, Looker(self.matrices, utc_now))

    @cached_property
    def route_templates(self) -> Templates:
        """Tours that come again."""
        return Templates(self.work)

    @cached_property
    def plans(self) -> PlanService:
        """Working plans of days."""
        return PlanService(self.work, self.roads, self.matrices, active=self.active_routes)

    @cached_property
    def active_routes(self) -> ActiveRoutes:
        """Routes in progress, as they stand now."""
        return ValkeyActiveRoutes(self.redis)

    def new_live_keeper(self, clock: Clock = utc_now) -> LiveKeeper:
        """What follows routes in progress; it has none in hand yet."""
        active = ValkeyActiveRoutes(self.repeat_redis)
        return LiveKeeper(self._unattended, active, self.roads, clock)

    @cached_property
    def suggester(self) -> Suggester:
        """Makes suggestions after disruptions."""
        return Suggester(self._unattended, self.matrices)
