"""Alerts of what happens to routes on their way: raised once, and over by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.notification.models import AlertStatus
from tests.builders.alerts import a_rule, alerts, hears
from tests.builders.orders import a_delivery


def told(type_: str, fleet_id: int, subject: str, **data: Any) -> DomainEvent:
    """What those tell who follow routes."""
    return DomainEvent(type=type_, fleet_id=fleet_id, subject=subject, data=data)


async def test_a_delivery_that_will_be_late_is_one_alert_until_it_is_in_time(
    container: Container, fleet_id: int, vehicle_id: int
):
    delivery = await a_delivery(container, fleet_id)
    await a_rule(container, fleet_id, "delivery_late")

    def eta(risk: str, before: str | None) -> DomainEvent:
        said = {"risk": risk, "previous_risk": before, "eta": utc_now().isoformat()}
        about = f"delivery:{delivery}"
        return told("delivery.eta_changed", fleet_id, about, vehicle_id=vehicle_id, **said)

    await hears(container, eta("on_time", None), eta("at_risk", "on_time"))
    assert await alerts(container, fleet_id) == []
    await hears(container, eta("late", "at_risk"), eta("late", "late"))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.count, alert.delivery_id, alert.status) == (1, delivery, AlertStatus.RAISED)
    assert "will be late: it is expected at " in alert.message
    await hears(container, eta("at_risk", "late"))
    (alert,) = await alerts(container, fleet_id)
    assert alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    ("event", "raised_by", "over_with", "words"),
    [
        ("route_delayed", "route.delayed", "route.caught_up",
         "is 20 minutes behind its plan and will be late at 2 stops on the route North 1"),
        ("route_delayed", "route.delayed", "route.completed", "is 20 minutes behind its plan"),
        ("route_left", "route.deviated", "route.back_on_route",
         "has left the way to its next stops on the route North 1"),
        ("route_left", "route.deviated", "route.completed", "has left"),
    ],
)  # fmt: skip
async def test_a_route_that_goes_wrong_and_is_right_again(
    container: Container, fleet_id: int, vehicle_id: int, event: str, raised_by: str,
    over_with: str, words: str,
):  # fmt: skip
    await a_rule(container, fleet_id, event)
    said = {"vehicle_id": vehicle_id, "route": "North 1", "delay_s": 1_200, "late_stops": 2}
    await hears(container, told(raised_by, fleet_id, "route:7", **said))
    (alert,) = await alerts(container, fleet_id)
    assert words in alert.message
    assert (alert.vehicle_id, alert.status) == (vehicle_id, AlertStatus.RAISED)
    await hears(container, told(over_with, fleet_id, "route:8", **said))
    (alert,) = await alerts(container, fleet_id)
    assert alert.status is AlertStatus.RAISED  # that was another route
    await hears(container, told(over_with, fleet_id, "route:7", **said))
    (alert,) = await alerts(container, fleet_id)
    assert alert.status is AlertStatus.RESOLVED
