"""Queries of the identity domain. Nothing outside `fleet_app.identity` may use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.identity.errors import EmailTaken
from fleet_app.identity.models import DeviceToken, RefreshToken, SpeedUnit, User
from fleet_app.identity.passwords import password_stamp
from fleet_app.identity.principal import DeviceIdentity


class Account(msgspec.Struct, frozen=True):
    """A user as the authenticator sees one."""

    principal: Principal
    stamp: str
    is_active: bool


# The tables of other domains are named here, not imported: identity lies below them.
_ACCOUNTS = text(
    """
    SELECT u.id, u.name, u.email, u.role, u.fleet_id, u.is_active, u.password_hash,
           d.id AS driver_id, v.id AS vehicle_id
    FROM users u
    LEFT JOIN fleets f ON f.id = u.fleet_id
    LEFT JOIN drivers d ON d.user_id = u.id AND d.fleet_id = u.fleet_id
      AND d.status <> 'inactive' AND d.deleted_at IS NULL
    LEFT JOIN vehicles v
      ON v.id = d.vehicle_id AND v.fleet_id = d.fleet_id AND v.deleted_at IS NULL
    WHERE u.id = ANY(:ids) AND u.deleted_at IS NULL AND f.deleted_at IS NULL
    """
)
_DEVICES = text(
    """
    SELECT t.token_hash, t.id, t.vehicle_id, t.fleet_id, t.speed_unit
    FROM device_tokens t
    JOIN vehicles v ON v.id = t.vehicle_id AND v.fleet_id = t.fleet_id
    JOIN fleets f ON f.id = t.fleet_id
    WHERE t.token_hash = ANY(:hashes) AND t.revoked_at IS NULL
      AND v.deleted_at IS NULL AND f.deleted_at IS NULL
    """
)
_VEHICLE_FLEET = text("SELECT fleet_id FROM vehicles WHERE id = :id AND deleted_at IS NULL")
_OF_LIVING_VEHICLE = text(
    "EXISTS (SELECT 1 FROM vehicles v"
    " WHERE v.id = device_tokens.vehicle_id AND v.deleted_at IS NULL)"
)


_NOT_DELETED = col(User.deleted_at).is_(None)


class IdentityRepository:
    """Users, refresh tokens and device tokens within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_user(self, user: User) -> User:
        """Store a new user. Raises `EmailTaken`."""
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "uq_users_email" in str(error.orig):
                raise EmailTaken(user.email) from error
            raise
        return user

    async def user_by_email(self, email: str) -> User | None:
        """The user with this normalised email."""
        query = select(User).where(func.lower(User.email) == email, _NOT_DELETED)
        return (await self._session.exec(query)).first()

    async def has_users(self) -> bool:
        """Whether there is anybody at all."""
        return (
            await self._session.exec(select(User.id).where(_NOT_DELETED).limit(1))
        ).first() is not None

    async def user(self, user_id: int, *, lock: bool = False) -> User | None:
        """The user with this id, locked until the end of the transaction if asked."""
        query = select(User).where(User.id == user_id, _NOT_DELETED)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).first()

    async def accounts(self, user_ids: Sequence[int]) -> dict[int, Account]:
        """What the authenticator needs to know about users, active or not."""
        connection = await self._session.connection()
        rows = await connection.execute(_ACCOUNTS, {"ids": list(user_ids)})
        return {row.id: _account(row) for row in rows}

    async def living_families(self, families: Sequence[str]) -> set[str]:
        """Those of the refresh token families that are not revoked."""
        query = (
            select(RefreshToken.family)
            .where(col(RefreshToken.family).in_(families), col(RefreshToken.revoked_at).is_(None))
            .distinct()
        )
        return set((await self._session.exec(query)).all())

    async def refresh_token(self, token_hash: str) -> RefreshToken | None:
        """A refresh token, locked until the end of the transaction."""
        query = select(RefreshToken).where(RefreshToken.token_hash == token_hash)
        return (await self._session.exec(query.with_for_update())).first()

    def add_refresh_token(self, token: RefreshToken) -> None:
        """Store a new refresh token."""
        self._session.add(token)

    async def revoke_families(
        self, now: datetime, *, family: str | None = None, user_id: int | None = None
    ) -> None:
        """Revoke one family, or all of a user's."""
        query = update(RefreshToken).where(col(RefreshToken.revoked_at).is_(None))
        if family is not None:
            query = query.where(col(RefreshToken.family) == family)
        if user_id is not None:
            query = query.where(col(RefreshToken.user_id) == user_id)
        await self._session.exec(query.values(revoked_at=now))

    async def devices(self, hashes: Sequence[str]) -> dict[str, DeviceIdentity]:
        """The devices behind token digests: unrevoked, and still of their vehicle's fleet."""
        connection = await self._session.connection()
        rows = await connection.execute(_DEVICES, {"hashes": list(hashes)})
        return {row.token_hash: _device(row) for row in rows}

    async def device_token(self, token_id: int) -> DeviceToken | None:
        """One device token by id."""
        return await self._session.get(DeviceToken, token_id)

    async def device_tokens(
        self, fleet_id: int | None, vehicle_id: int | None, *, offset: int, limit: int
    ) -> tuple[list[DeviceToken], int]:
        """A page of device tokens, newest first, and how many there are. None means any.

        Those of deleted vehicles are left out: they are refused, and come back with the vehicle.
        """
        query = select(DeviceToken).where(_OF_LIVING_VEHICLE)
        if fleet_id is not None:
            query = query.where(DeviceToken.fleet_id == fleet_id)
        if vehicle_id is not None:
            query = query.where(DeviceToken.vehicle_id == vehicle_id)
        total = (await self._session.exec(select(func.count()).select_from(query.subquery()))).one()
        page = query.order_by(col(DeviceToken.id).desc()).offset(offset).limit(limit)
        return list((await self._session.exec(page)).all()), total

    async def fleet_of_vehicle(self, vehicle_id: int) -> int | None:
        """The fleet that owns a vehicle; None when there is no such vehicle."""
        connection = await self._session.connection()
        row = (await connection.execute(_VEHICLE_FLEET, {"id": vehicle_id})).first()
        return None if row is None else int(row.fleet_id)


def _account(row: object) -> Account:
    get = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's documented access by name
    principal = Principal(
        user_id=get["id"],
        name=get["name"],
        email=get["email"],
        role=Role(get["role"]),
        fleet_id=get["fleet_id"],
        driver_id=get["driver_id"],
        vehicle_id=get["vehicle_id"],
    )
    return Account(principal, password_stamp(get["password_hash"]), get["is_active"])


def _device(row: object) -> DeviceIdentity:
    get = row._mapping  # type: ignore[attr-defined]  # SQLAlchemy's documented access by name
    return DeviceIdentity(
        device_id=get["id"],
        vehicle_id=get["vehicle_id"],
        fleet_id=get["fleet_id"],
        speed_unit=SpeedUnit(get["speed_unit"]),
    )
