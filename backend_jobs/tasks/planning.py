"""The job behind runs of the optimiser: whoever asked for one is found again."""

from __future__ import annotations

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.bootstrap import Container
from fleet_app.identity.errors import InvalidToken
from fleet_app.planning.runs.job import RunJob


class PlanningTasks:
    """Runs of the optimiser."""

    def __init__(self, container: Container) -> None:
        self._container = container

    async def run(self, *, job_id: int, user_id: int, address: str, request_id: str) -> None:
        """Begin it, or go on with it, as the person who asked for it."""
        try:
            principal = await self._container.authenticator.principal_of_user(user_id)
        except InvalidToken:
            message = "Whoever started this may not sign in any more."
            await self._job(SYSTEM).refuse(job_id, message)
            return
        actor = Actor(
            principal=principal, channel=Channel.JOB, address=address, request_id=request_id
        )
        await self._job(actor).run(job_id)

    def _job(self, actor: Actor) -> RunJob:
        container = self._container
        return RunJob(container.work, container.plan_keeper, container.plan_news, actor)
