"""What can go wrong with deliveries and routes."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.kernel.errors import Conflict


class IllegalChange(Conflict):
    """The delivery or route cannot get that status now; `legal_next` are those it can get."""

    type = "illegal_change"

    def __init__(self, status: str, to: str, legal_next: Sequence[str], *, why: str = "") -> None:
        possible = ", ".join(legal_next)
        hint = f"it can become {possible}" if possible else "nothing more can change"
        message = why or f"It is {status} and cannot become {to}"
        fields = {"status": hint, "legal_next": possible}
        super().__init__(f"{message}; {hint}", fields=fields)
        self.legal_next = tuple(legal_next)


class EventReused(Conflict):
    """The same event id came before with another change."""

    type = "event_id_reused"

    def __init__(self, event_id: str) -> None:
        problem = "stands for another change of this delivery"
        super().__init__(f"The event id {event_id} {problem}", fields={"event_id": problem})


class RouteChanged(Conflict):
    """Somebody else changed the route in the meantime."""

    type = "route_changed"

    def __init__(self) -> None:
        super().__init__("Somebody else has just changed this route; please look again")
