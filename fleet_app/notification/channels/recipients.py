"""Where people can be reached: the addresses behind users, by channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.identity.models import User
from fleet_app.notification.channels.models import Channel, PushSubscription, PushToken, Webhook


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """One place to send to. `missing` says why there is none although there should be."""

    channel: Channel
    target: str
    user_id: int | None = None
    name: str = ""
    address: str = ""
    target_id: int | None = None
    missing: str = ""

    @classmethod
    def plain(cls, channel: Channel, address: str) -> Addressee:
        """An address that belongs to no user."""
        tidy = address.strip()
        return cls(channel=channel, target=f"to:{tidy.lower()}", name=tidy, address=tidy)


async def addressees(
    session: AsyncSession, fleet_id: int, user_ids: Sequence[int], channels: Sequence[Channel]
) -> list[Addressee]:
    """Where users of a fleet, and its webhook, are reached by these channels."""
    users = await _users(session, fleet_id, user_ids)
    ids = [user.id or 0 for user in users]
    browsers = await _browsers(session, ids) if Channel.WEB_PUSH in channels else {}
    phones = await _phones(session, ids) if Channel.PUSH in channels else {}
    found: list[Addressee] = []
    for channel in dict.fromkeys(channels):
        if channel is Channel.WEBHOOK:
            found.append(await _webhook(session, fleet_id))
            continue
        for user in users:
            found += _of_user(user, channel, browsers, phones)
    return found


async def _users(session: AsyncSession, fleet_id: int, ids: Iterable[int]) -> Sequence[User]:
    wanted = select(User).where(
        col(User.id).in_(list(ids)),
        col(User.fleet_id) == fleet_id,
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
    return (await session.exec(wanted.order_by(col(User.id)))).all()


async def _browsers(session: AsyncSession, ids: list[int]) -> dict[int, list[Addressee]]:
    rows = await session.exec(
        select(PushSubscription).where(col(PushSubscription.user_id).in_(ids))
    )
    found: dict[int, list[Addressee]] = {}
    for row in rows:
        address = f"{row.name or 'Browser'} ({urlsplit(row.endpoint).hostname})"
        found.setdefault(row.user_id, []).append(
            _device(Channel.WEB_PUSH, row.user_id, row.id, address)
        )
    return found


async def _phones(session: AsyncSession, ids: list[int]) -> dict[int, list[Addressee]]:
    rows = await session.exec(select(PushToken).where(col(PushToken.user_id).in_(ids)))
    found: dict[int, list[Addressee]] = {}
    for row in rows:
        address = f"{row.name or 'Phone'} (…{row.token[-6:]})"
        found.setdefault(row.user_id, []).append(
            _device(Channel.PUSH, row.user_id, row.id, address)
        )
    return found


def _device(channel: Channel, user_id: int, number: int | None, address: str) -> Addressee:
    target = f"user:{user_id}/device:{number}"
    return Addressee(
        channel=channel, target=target, user_id=user_id, address=address, target_id=number
    )


async def _webhook(session: AsyncSession, fleet_id: int) -> Addressee:
    hook = (await session.exec(select(Webhook).where(col(Webhook.fleet_id) == fleet_id))).first()
    if hook is None:
        return Addressee(
            channel=Channel.WEBHOOK,
            target="webhook",
            name="Webhook",
            missing="the fleet has no webhook",
        )
    return Addressee(
        channel=Channel.WEBHOOK,
        target="webhook",
        name="Webhook",
        address=hook.url,
        target_id=hook.id,
    )


_Devices = Mapping[int, list[Addressee]]


def _of_user(user: User, channel: Channel, browsers: _Devices, phones: _Devices) -> list[Addressee]:
    number = user.id or 0
    devices = {Channel.WEB_PUSH: browsers, Channel.PUSH: phones}.get(channel)
    if devices is not None:
        known = devices.get(number, [])
        if known:
            return [msgspec.structs.replace(one, name=user.name) for one in known]
        return [_at(user, channel, "", _NO_DEVICE[channel])]
    if channel is Channel.SMS:
        return [_at(user, channel, user.phone or "", "no phone number is known")]
    address = user.email if channel is Channel.EMAIL else user.name
    return [_at(user, channel, address, "no address is known")]


_NO_DEVICE = {
    Channel.WEB_PUSH: "notifications are not switched on in any browser",
    Channel.PUSH: "no phone with the app is known",
}


def _at(user: User, channel: Channel, address: str, otherwise: str) -> Addressee:
    return Addressee(
        channel=channel,
        target=f"user:{user.id}",
        user_id=user.id,
        name=user.name,
        address=address,
        missing="" if address else otherwise,
    )
