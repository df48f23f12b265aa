"""Who may act: users with a role, their refresh tokens, and the tokens of tracking devices."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from fleet_app.access.roles import Role
from fleet_app.kernel.columns import choice, moment, primary_key, reference
from fleet_app.records.base import Record, unique_alive


class SpeedUnit(StrEnum):
    """The unit in which a device sends `speed` where its protocol leaves it open."""

    KNOTS = "kn"
    METRES_PER_SECOND = "mps"
    KILOMETRES_PER_HOUR = "kmh"
    MILES_PER_HOUR = "mph"


class User(Record, table=True):
    """A person who signs in. `fleet_id` is None only for system administrators."""

    __tablename__ = "users"
    __table_args__ = (unique_alive("uq_users_email", text("lower(email)")),)

    id: int | None = primary_key()
    fleet_id: int | None = reference("fleets.id", optional=True)
    email: str = Field(max_length=254)
    name: str = Field(max_length=120)
    role: Role = choice(Role)
    password_hash: str = Field(max_length=255)
    is_active: bool = True
    phone: str | None = Field(default=None, max_length=32)
    language: str | None = Field(default=None, max_length=8)
    last_sign_in_at: datetime | None = moment(optional=True)


class RefreshToken(SQLModel, table=True):
    """One refresh token of a family; using one twice revokes the whole family."""

    __tablename__ = "refresh_tokens"

    id: int | None = primary_key()
    user_id: int = reference("users.id", ondelete="CASCADE")
    family: str = Field(max_length=36, index=True)
    token_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(optional=True)
    revoked_at: datetime | None = moment(optional=True)


class DeviceToken(SQLModel, table=True):
    """A tracking device's revocable credential; only a digest of the token is kept."""

    __tablename__ = "device_tokens"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int = reference("vehicles.id", ondelete="CASCADE")
    name: str = Field(max_length=120)
    token_hash: str = Field(max_length=64, unique=True)
    hint: str = Field(max_length=8)
    speed_unit: SpeedUnit = choice(SpeedUnit, SpeedUnit.KNOTS)
    created_at: datetime = moment(now=True)
    revoked_at: datetime | None = moment(optional=True)
