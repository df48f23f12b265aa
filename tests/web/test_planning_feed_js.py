"""How a run of the optimiser is followed on the planning page: scripts in a node process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_scripts import scripts

__all__ = ["scripts"]
CHANNEL = "plan_job:7"
HELLO = {"type": "authenticated", "user_id": 5, "role": "dispatcher"}


def news(state: str, channel: str = CHANNEL) -> dict[str, Any]:
    """A run's state as the socket tells it."""
    told = {"id": 7, "plan_id": 1, "state": state, "seconds": 10}
    return {"type": "plan_job:updated", "channel": channel, "sequence": 1, "data": told}


def test_a_run_is_told_as_it_happens_and_asked_for_never(scripts: NodeScripts) -> None:
    frames = [HELLO, news("running"), {"type": "ping"}, news("done", "plan_job:8"), news("done")]
    done = scripts.call("watched", {"frames": frames})
    assert done["sent"] == [{"type": "subscribe", "channel": CHANNEL}, {"type": "pong"}]
    assert (done["asked"], done["closed"]) == ([], 1)
    assert done["states"] == ["queued", "running", "done"]
    assert "ready" in done["said"]


@pytest.mark.parametrize(
    ("frames", "then"),
    [
        ([], "refused"),
        ([], "silent"),
        ([HELLO], "stays"),
        ([HELLO, news("running")], "closes"),
        ([{"type": "error", "error": {"message": "No"}, "channel": CHANNEL}], "stays"),
        (["nonsense"], "stays"),
    ],
)
def test_where_the_socket_is_of_no_use_the_run_is_asked_for(
    scripts: NodeScripts, frames: list[Any], then: str
) -> None:
    over = {"id": 7, "plan_id": 1, "state": "done"}
    done = scripts.call("watched", {"frames": frames, "then": then, "polls": [over]})
    assert done["asked"] == ["/plan_jobs/7"]
    assert done["job"]["state"] == "done"
    assert done["states"][-1] == "done"


def test_a_run_that_nobody_follows_any_more_is_let_go(scripts: NodeScripts) -> None:
    done = scripts.call("watched", {"frames": [news("running")], "forget": True})
    assert (done["asked"], done["closed"], done["job"]) == ([], 1, None)
    assert done["said"] == ""
