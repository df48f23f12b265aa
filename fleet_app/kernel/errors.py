"""The errors every domain builds on. Only the edge turns them into HTTP answers or messages."""

from __future__ import annotations


class FleetError(Exception):
    """Something the caller asked for cannot be done. Carries a message fit for that caller."""

    type = "error"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields or {}


class InvalidInput(FleetError):
    """The request is malformed; `fields` names what is wrong with which field."""

    type = "invalid_input"


class Unauthenticated(FleetError):
    """Nobody, or somebody whose proof of identity is wrong, expired or revoked."""

    type = "unauthenticated"


class Forbidden(FleetError):
    """A known caller whose role does not allow the action."""

    type = "forbidden"


class NotFound(FleetError):
    """The object is unknown, or belongs to another fleet (the caller must not learn which)."""

    type = "not_found"

    def __init__(self, kind: str, identifier: object) -> None:
        super().__init__(f"{kind} {identifier} does not exist")
        self.kind = kind
        self.identifier = identifier


class Conflict(FleetError):
    """The object is not in a state that allows the change."""

    type = "conflict"


class Contended(Conflict):
    """Others were changing the same at the same moment; nothing was kept, and a retry is welcome.

    Whoever works unattended tries again, as after `StoreUnavailable`.
    """

    def __init__(self) -> None:
        super().__init__("Somebody else is changing the same records; please try again")


class TooLarge(FleetError):
    """The request body is larger than this installation accepts."""

    type = "too_large"


class TooManyRequests(FleetError):
    """The caller must slow down; `retry_after` is in seconds."""

    type = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreUnavailable(FleetError):
    """A store that the request needs is down; nothing was kept, and a retry is welcome."""

    type = "store_unavailable"
    may_last = False
    """Whether it may be no outage, so that trying again for ever would not help."""

    def __init__(self, store: str, *, retry_after: int = 5) -> None:
        super().__init__(f"{store} is not reachable at the moment; please try again")
        self.store = store
        self.retry_after = retry_after
