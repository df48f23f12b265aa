"""One time window of a delivery, or two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from fleet_app.delivery.kinds.deliveries import DeliveryFields
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.windows import windows_of

NAMES = ("window_from", "window_to", "window2_from", "window2_to")


def at(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


def written(*hours: int | None) -> dict[str, Any]:
    return {name: at(hour) for name, hour in zip(NAMES, hours, strict=True) if hour is not None}


def problem(*hours: int | None) -> tuple[str, str] | None:
    """At which field what is wrong; None for nothing."""
    try:
        DeliveryFields(address="Katu 1", **written(*hours))
    except ValidationError as error:
        (one,) = error.errors()
        return one["ctx"]["field"], one["ctx"]["told"]
    return None


@pytest.mark.parametrize(
    "hours",
    [
        (None, None, None, None),
        (9, None, None, None),
        (9, 12, None, None),
        (9, 12, 14, 17),
        (None, 12, 14, 14),
    ],
)
def test_one_window_or_two_in_the_order_of_time(hours: tuple[int | None, ...]) -> None:
    assert problem(*hours) is None


@pytest.mark.parametrize(
    ("hours", "field", "words"),
    [
        ((12, 9, None, None), "window_to", "the time window ends before it starts"),
        ((9, 12, 12, 17), "window2_from", "must be after the end of the first time window"),
        ((9, 12, 8, 17), "window2_from", "must be after the end of the first time window"),
        ((9, 12, 17, 14), "window2_to", "the second time window ends before it starts"),
        ((9, 12, 14, None), "window2_to", "is missing: until when is the second time window?"),
        ((9, 12, None, 17), "window2_from", "is missing: from when is the second time window?"),
        ((9, None, 14, 17), "window_to",
         "is missing: the first time window ends before the second"),
        ((None, None, 14, 17), "window_to",
         "is missing: the first time window ends before the second"),
    ],
)  # fmt: skip
def test_wrong_windows_are_told_at_the_field(
    hours: tuple[int | None, ...], field: str, words: str
) -> None:
    assert problem(*hours) == (field, words)


@pytest.mark.parametrize(
    ("hours", "found"),
    [
        ((None, None, None, None), ()),
        ((9, None, None, None), ((9, None),)),
        ((None, 12, 14, 17), ((None, 12), (14, 17))),
    ],
)
def test_windows_are_told_in_the_order_of_time(hours: Any, found: Any) -> None:
    one = Delivery(fleet_id=1, tracking_number="D1", address="Katu 1", **written(*hours))
    moments = tuple(tuple(None if h is None else at(h) for h in each) for each in found)
    assert windows_of(one) == moments
