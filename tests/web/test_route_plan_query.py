"""What the planner asks the list of deliveries."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.query import parse_query
from fleet_app.web.states.records.route_plan import RoutePlanner


def test_free_deliveries_can_be_asked_for_before_the_fleet_is_known():
    plan = RoutePlanner(_reflex_internal_init=True)  # type: ignore[call-arg]  # Reflex's
    assert parse_query(KINDS["deliveries"], parse_qsl(plan.free_query)).fleet_id is None
    plan.fleet = 7
    assert parse_query(KINDS["deliveries"], parse_qsl(plan.free_query)).fleet_id == 7
