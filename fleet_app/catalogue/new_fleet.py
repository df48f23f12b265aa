"""What somebody fills in to have a fleet, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pydantic import ValidationError

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.identity.errors import WeakPassword
from fleet_app.identity.passwords import check_policy
from fleet_app.kernel.errors import Conflict, Forbidden, TooManyRequests
from fleet_app.records.errors import Taken
from fleet_app.records.problems import invalid, problems_of


class NewFleet(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody fills in."""

    fleet_name: str
    name: str
    email: str
    password: str
    time_zone: str = "UTC"
    units: str = "metric"
    currency: str = "EUR"

    @property
    def fleet(self) -> dict[str, Any]:
        """The fields of the fleet."""
        return {
            "name": self.fleet_name,
            "time_zone": self.time_zone,
            "units": self.units,
            "currency": self.currency,
        }

    @property
    def manager(self) -> dict[str, Any]:
        """The fields of its first manager."""
        return {
            "name": self.name,
            "email": self.email,
            "password": self.password,
            "role": Role.FLEET_MANAGER.value,
        }


class SignUpClosed(Forbidden):
    """Whoever runs this installation makes the fleets."""

    type = "sign_up_closed"

    def __init__(self) -> None:
        super().__init__("New fleets are made by whoever runs this installation")


class TooManySignUps(TooManyRequests):
    """Too many from one address, or altogether."""

    type = "too_many_sign_ups"

    def __init__(self, retry_after: int) -> None:
        message = "Too many fleets were made from here just now; please try again later"
        super().__init__(message, retry_after=retry_after)


class AccountExists(Conflict):
    """This address signs in already: said only to somebody who also knows its password."""

    type = "account_exists"

    def __init__(self) -> None:
        message = "You have an account with this e-mail already; sign in with it"
        super().__init__(message, fields={"email": message})


class EmailUnusable(Conflict):
    """The address cannot be had. Does not say whose it is, nor that it is anybody's."""

    type = "email_unusable"

    def __init__(self) -> None:
        message = "cannot be used for a new fleet; if you have an account, sign in instead"
        super().__init__(f"This e-mail {message}", fields={"email": message})


class FleetNameInUse(Taken):
    """Another fleet has this name, in whatever case."""

    def __init__(self) -> None:
        message = "there is a fleet of this name already; add your city, for example"
        super().__init__("fleet_name", message)


def check(wanted: NewFleet) -> None:
    """Everything that needs no database. Raises `InvalidInput` with all that is wrong."""
    problems = dict(_problems(wanted))
    if problems:
        raise invalid(problems)


def _problems(wanted: NewFleet) -> Iterator[tuple[str, str]]:
    try:
        check_policy(wanted.password)
    except WeakPassword as error:
        yield "password", error.message
    yield from _wrong("users", wanted.manager).items()
    for name, message in _wrong("fleets", wanted.fleet).items():
        yield ("fleet_name" if name == "name" else name), message


def _wrong(plural: str, values: Mapping[str, Any]) -> dict[str, str]:
    try:
        KINDS[plural].fields.model_validate(values)
    except ValidationError as error:
        return problems_of(error)
    return {}
