"""What can be wrong with asking for a run."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict


class RunUnderWay(Conflict):
    """A plan is worked on by one run at a time."""

    type = "run_under_way"

    def __init__(self, job_id: int) -> None:
        super().__init__(
            "This plan is being optimised already. Stop that first, or wait until it is done.",
            fields={"job_id": str(job_id)},
        )


class TooManyRuns(Conflict):
    """A fleet may have only so many runs that are not over."""

    type = "too_many_runs"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} plans of your fleet are being optimised or wait for it already. Wait until "
            "one of them is done, or stop one."
        )


class NotRunning(Conflict):
    """There is nothing to stop any more."""

    type = "not_running"

    def __init__(self) -> None:
        super().__init__("This has ended already; there is nothing to stop.")
