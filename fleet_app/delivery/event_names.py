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
    PICKED_UP = "delivery.picked_up"
    """Its goods were fetched; the status stays."""
    NOT_PICKED_UP = "delivery.not_picked_up"
    """That was a mistake: they still wait where they are."""
    URGENT = "delivery.urgent"
    """It waits for a route, and is urgent from now on, or for another day."""
    ETA_CHANGED = "delivery.eta_changed"
    """It is expected at another time than was told, or with another risk of being late."""

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
    RECALLED = "route.recalled"
    """Its driver does not see it any more: it is a draft again."""
    REMOVED = "route.removed"
    """It was deleted; what was to be delivered waits for another one."""
    STARTED = "route.started"
    COMPLETED = "route.completed"
    REOPENED = "route.reopened"
    """It is driven on: what was taken off it came back."""
    DELAYED = "route.delayed"
    CAUGHT_UP = "route.caught_up"
    DEVIATED = "route.deviated"
    """Its vehicle has left the way to the next stops."""
    BACK_ON_ROUTE = "route.back_on_route"

    @classmethod
    def of(cls, to: RouteStatus) -> RouteNews:
        """The name of a change to this status; what becomes a draft again is recalled."""
        return cls.RECALLED if to is RouteStatus.DRAFT else cls(f"route.{to.value}")
