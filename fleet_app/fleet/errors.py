"""What can go wrong with what a fleet owns."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict


class FleetNameTaken(Conflict):
    """Another fleet has this name."""

    type = "fleet_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"A fleet named {name} exists already", fields={"name": "is taken"})
        self.name = name


class LicenseTaken(Conflict):
    """Another driver of the fleet has this licence number."""

    type = "license_taken"

    def __init__(self, license_number: str) -> None:
        super().__init__(
            f"A driver with licence number {license_number} exists already",
            fields={"license_number": "is taken"},
        )
        self.license_number = license_number
