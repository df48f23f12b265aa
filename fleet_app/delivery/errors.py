"""What can go wrong with deliveries and routes."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.kernel.errors import Conflict
from fleet_app.records.errors import Stale


class IllegalChange(Conflict):
    """The delivery or route cannot get that status now; `legal_next` are those it can get.

    `take_back_to` is where saying so expressly leads from a final status.
    """

    type = "illegal_change"

    def __init__(
        self,
        status: str,
        to: str,
        legal_next: Sequence[str],
        *,
        why: str = "",
        take_back_to: str | None = None,
    ) -> None:
        possible = ", ".join(legal_next)
        hint = f"it can become {possible}" if possible else "nothing more can change"
        if take_back_to is not None:
            hint = f"it can only be taken back to {take_back_to}"
        message = why or f"It is {status} and cannot become {to}"
        fields = {"status": hint, "legal_next": possible}
        if take_back_to is not None:
            fields["take_back_to"] = take_back_to
        super().__init__(f"{message}; {hint}", fields=fields)
        self.legal_next = tuple(legal_next)


class MovedOn(Stale):
    """The delivery is not any more as the caller saw it; it stays as it is.

    `by` made the last change of its status; `legal_next` and `take_back_to` are what can follow.
    """

    def __init__(
        self,
        label: str,
        version: int,
        status: str,
        *,
        by: str,
        legal_next: Sequence[str],
        take_back_to: str | None,
    ) -> None:
        super().__init__(label, version)
        self.label = label
        who = f", as {by} said" if by else ""
        now = f"it is {status.replace('_', ' ')} now{who}"
        self.message = f"{label} has changed in the meantime: {now}. Nothing was done"
        self.args = (self.message,)
        self.fields = {"status": status, "legal_next": ", ".join(legal_next)}
        if take_back_to is not None:
            self.fields["take_back_to"] = take_back_to


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
