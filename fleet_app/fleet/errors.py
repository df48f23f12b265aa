"""What can go wrong with what a fleet owns."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict


class RegistrationTaken(Conflict):
    """Another vehicle of the fleet has this registration number."""

    type = "registration_taken"

    def __init__(self, registration_number: str) -> None:
        super().__init__(
            f"A vehicle with registration number {registration_number} exists already",
            fields={"registration_number": "is taken"},
        )
        self.registration_number = registration_number
