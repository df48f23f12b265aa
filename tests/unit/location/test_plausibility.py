"""Which fixes are not believed at first sight."""

from __future__ import annotations

import pytest

from fleet_app.location.models import QuarantineReason as Reason
from fleet_app.location.plausibility import implausible

NOW = 1_795_342_530_000
MINUTE = 60_000


@pytest.mark.parametrize(
    ("lat", "lon", "recorded", "reason"),
    [
        (60.17, 24.94, NOW, None),
        (-90.0, 180.0, NOW, None),
        (0.0, 0.0, NOW, Reason.ZERO_ISLAND),
        (-0.0, 0.009, NOW, Reason.ZERO_ISLAND),
        (0.009, -0.009, NOW, Reason.ZERO_ISLAND),
        (0.0, 6.6, NOW, None),  # the equator at São Tomé
        (5.6, 0.0, NOW, None),  # the meridian at Tema
        (0.011, 0.0, NOW, None),
        (90.01, 0.0, NOW, Reason.INVALID_COORDINATES),
        (-91.0, 0.0, NOW, Reason.INVALID_COORDINATES),
        (10.0, 180.5, NOW, Reason.INVALID_COORDINATES),
        (float("nan"), 10.0, NOW, Reason.INVALID_COORDINATES),
        (60.17, 24.94, NOW + 10 * MINUTE, None),
        (60.17, 24.94, NOW + 10 * MINUTE + 1, Reason.FUTURE),
        (60.17, 24.94, NOW - 10 * 365 * 24 * 60 * MINUTE, None),
        (60.17, 24.94, 946_684_800_000, None),
        (60.17, 24.94, 946_684_799_999, Reason.ANCIENT),
        (60.17, 24.94, 0, Reason.ANCIENT),
        (60.17, 24.94, -1, Reason.ANCIENT),
        (0.0, 0.0, 0, Reason.ZERO_ISLAND),  # the place says more than the clock
    ],
)
def test_a_fix_is_judged_by_its_place_and_its_time(
    lat: float, lon: float, recorded: int, reason: Reason | None
) -> None:
    assert implausible(lat, lon, recorded, NOW) is reason
