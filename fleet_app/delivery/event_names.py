"""What the world hears of deliveries and routes: the names of their domain events."""

from __future__ import annotations

from enum import StrEnum

from fleet_app.delivery.models import DeliveryStatus, RouteStatus


class DeliveryNews(StrEnum):
    """What happened to a delivery."""

    CREATED = "delivery.created"
    ASSIGNED = "delivery.assigned"
    UNASSIGNED = "delivery.unassigned"
    """It waits for a route again."""
    OUT_FOR_DELIVERY = "delivery.out_for_delivery"
    ARRIVING = "delivery.arriving"
    ARRIVED = "delivery.arrived"
    COMPLETED = "delivery.completed"
    FAILED = "delivery.failed"
    RESCHEDULED = "delivery.rescheduled"
    RETURNED = "delivery.returned"
    CANCELLED = "delivery.cancelled"
    REOPENED = "delivery.reopened"
    """A final status was taken back."""

    @classmethod
    def of(cls, to: DeliveryStatus, *, reopens: bool = False) -> DeliveryNews:
        """The name of a change to this status, after the creation."""
        if reopens:
            return cls.REOPENED
        return cls.UNASSIGNED if to is DeliveryStatus.CREATED else cls(f"delivery.{to.value}")


class RouteNews(StrEnum):
    """What became of a route."""

    PLANNED = "route.planned"
    PUBLISHED = "route.published"
    STARTED = "route.started"
    COMPLETED = "route.completed"

    @classmethod
    def of(cls, to: RouteStatus) -> RouteNews:
        """The name of a change to this status; a draft is planned, whether anew or again."""
        return cls.PLANNED if to is RouteStatus.DRAFT else cls(f"route.{to.value}")
