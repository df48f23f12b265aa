"""What an address search cannot do."""

from __future__ import annotations

from fleet_app.kernel.errors import StoreUnavailable, TooManyRequests


class GeocoderUnavailable(StoreUnavailable):
    """The address service is down, refuses us, or answers nonsense; `retry_after` in seconds."""

    type = "geocoder_unavailable"

    def __init__(self, *, retry_after: int = 5) -> None:
        super().__init__("The address search", retry_after=retry_after)


class GeocoderBusy(TooManyRequests):
    """More searches are waiting than the address service allows; `retry_after` in seconds."""

    type = "geocoder_busy"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "Too many address searches at the moment; please try again", retry_after=retry_after
        )
