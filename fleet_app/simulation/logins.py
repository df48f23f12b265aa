"""The demo's logins: made once for each installation, kept in a file only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

FILE = "demo-logins.json"


class Login(msgspec.Struct, kw_only=True):
    """Somebody who can sign in."""

    email: str
    password: str
    name: str
    role: str


class DriverLogin(Login, kw_only=True):
    """A driver, with the plate of the vehicle driven."""

    registration: str


class DeviceLogin(msgspec.Struct, kw_only=True):
    """A tracking device, with the plate of the vehicle it is in."""

    registration: str
    token: str


class DemoLogins(msgspec.Struct, kw_only=True):
    """Everything that opens a door of the demo."""

    fleet: str
    administrator: Login
    manager: Login
    dispatcher: Login
    drivers: list[DriverLogin]
    devices: list[DeviceLogin]
    tracking_number: str
    tracking_token: str
    customer: Login | None = None
    """None in files of earlier versions."""
    stored: bool = False
    """Whether the database has been given these secrets."""

    @property
    def people(self) -> list[Login]:
        """Everybody who can sign in with a password."""
        office = [self.administrator, self.manager, self.dispatcher]
        return [*office, *self.drivers, *([self.customer] if self.customer else [])]

    def tracking_url(self, origin: str) -> str:
        """The customer's link; `origin` without a trailing slash."""
        return f"{origin}/track/{self.tracking_token}"


class LoginsUnreadable(Exception):
    """The logins file is missing or damaged; the message names it."""


def load(home: Path) -> DemoLogins:
    """The logins of this installation. Raises `LoginsUnreadable`."""
    path = home / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoLogins)
    except FileNotFoundError:
        raise LoginsUnreadable(
            f"{path} does not exist: ./fleet demo makes the demo fleet and its logins"
        ) from None
    except (OSError, msgspec.DecodeError) as error:
        raise LoginsUnreadable(f"{path} cannot be read: {error}") from error


def save(home: Path, logins: DemoLogins) -> None:
    """Write the file, whole or not at all, readable by its owner only."""
    write_private(home / FILE, msgspec.json.format(msgspec.json.encode(logins), indent=2))


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` with mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    fresh.replace(path)
