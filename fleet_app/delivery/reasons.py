"""Why a delivery did not simply go through: codes for programs, words for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fleet_app.delivery.models import DeliveryStatus
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.texts import many_lines


class Reason(StrEnum):
    """Why a delivery failed, was put off, went back or was called off."""

    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"
    WRONG_ADDRESS = "wrong_address"
    NO_ACCESS = "no_access"
    DAMAGED = "damaged"
    MISSING_PARCEL = "missing_parcel"
    NO_TIME = "no_time"
    VEHICLE_PROBLEM = "vehicle_problem"
    WEATHER = "weather"
    ID_CHECK_FAILED = "id_check_failed"
    CUSTOMER_REQUEST = "customer_request"
    SENDER_REQUEST = "sender_request"
    UNDELIVERABLE = "undeliverable"
    DUPLICATE = "duplicate"
    OTHER = "other"


WORDS: Mapping[Reason, str] = {
    Reason.NOBODY_HOME: "Nobody was there",
    Reason.REFUSED: "The customer refused it",
    Reason.WRONG_ADDRESS: "The address is wrong",
    Reason.NO_ACCESS: "The door could not be reached",
    Reason.DAMAGED: "The parcel is damaged",
    Reason.MISSING_PARCEL: "The parcel is not in the vehicle",
    Reason.NO_TIME: "There was not enough time",
    Reason.VEHICLE_PROBLEM: "The vehicle had a problem",
    Reason.WEATHER: "The weather did not allow it",
    Reason.ID_CHECK_FAILED: "The identity could not be checked",
    Reason.CUSTOMER_REQUEST: "The customer asked for it",
    Reason.SENDER_REQUEST: "The sender asked for it",
    Reason.UNDELIVERABLE: "It cannot be delivered",
    Reason.DUPLICATE: "It was entered twice",
    Reason.OTHER: "Another reason",
}

REASONS: Mapping[DeliveryStatus, tuple[Reason, ...]] = {
    DeliveryStatus.FAILED: (
        *(Reason.NOBODY_HOME, Reason.REFUSED, Reason.WRONG_ADDRESS, Reason.NO_ACCESS),
        *(Reason.DAMAGED, Reason.MISSING_PARCEL, Reason.NO_TIME, Reason.VEHICLE_PROBLEM),
        *(Reason.WEATHER, Reason.ID_CHECK_FAILED, Reason.OTHER),
    ),
    DeliveryStatus.RESCHEDULED: (
        *(Reason.CUSTOMER_REQUEST, Reason.NOBODY_HOME, Reason.WRONG_ADDRESS, Reason.NO_ACCESS),
        *(Reason.MISSING_PARCEL, Reason.NO_TIME, Reason.VEHICLE_PROBLEM, Reason.WEATHER),
        Reason.OTHER,
    ),
    DeliveryStatus.RETURNED: (
        *(Reason.REFUSED, Reason.UNDELIVERABLE, Reason.DAMAGED, Reason.WRONG_ADDRESS),
        *(Reason.CUSTOMER_REQUEST, Reason.SENDER_REQUEST, Reason.OTHER),
    ),
    DeliveryStatus.CANCELLED: (
        *(Reason.CUSTOMER_REQUEST, Reason.SENDER_REQUEST, Reason.DUPLICATE),
        *(Reason.WRONG_ADDRESS, Reason.DAMAGED, Reason.OTHER),
    ),
}
"""The statuses that need a reason, with the reasons that make sense for each."""


def check_reason(to: DeliveryStatus, reason: Reason | None, note: str | None) -> None:
    """Raises `InvalidInput` unless `reason` and `note` explain a change to `to`."""
    possible = REASONS.get(to, ())
    if not possible and reason is not None:
        raise _wrong("reason", f"must be left out: {to.value} needs none")
    if possible and reason not in possible:
        raise _wrong("reason", f"must be one of {', '.join(possible)}")
    if reason is Reason.OTHER and not (note or "").strip():
        raise _wrong("note", "must say what the other reason is")


def check_note(note: str | None) -> None:
    """Raises `InvalidInput` for what no text of a record may hold."""
    try:
        many_lines(note or "")
    except ValueError as error:
        raise _wrong("note", str(error)) from None


def _wrong(field: str, problem: str) -> InvalidInput:
    return InvalidInput(f"The {field} {problem}", fields={field: problem})
