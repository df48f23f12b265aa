"""Builds the channels that an installation has set up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec
from pydantic import SecretStr

from fleet_app.notification.channels.email import EmailChannel, Security, SmtpServer
from fleet_app.notification.channels.fcm import FcmChannel, ServiceAccount
from fleet_app.notification.channels.guarded import GuardedHttp
from fleet_app.notification.channels.in_app import InAppChannel
from fleet_app.notification.channels.models import Channel
from fleet_app.notification.channels.ports import Sends
from fleet_app.notification.channels.vapid import Vapid, new_key
from fleet_app.notification.channels.web_push import WebPushChannel
from fleet_app.notification.channels.webhook import WebhookChannel

log = logging.getLogger(__name__)


class ChannelSettings(Protocol):
    """What the environment says about channels; `Settings` describes each."""

    smtp_host: str | None
    smtp_port: int
    smtp_security: Security
    smtp_username: str
    smtp_password: SecretStr | None
    smtp_sender: str
    smtp_ca_file: Path | None
    twilio_account_sid: str | None
    twilio_auth_token: SecretStr | None
    twilio_sender: str
    twilio_url: str
    fcm_key_file: Path | None
    fcm_url: str
    private_addresses: bool

    @property
    def push_contact(self) -> str | None:
        """Whom push services may write to; None where browsers are not notified."""

    def push_key(self, new: Callable[[], str]) -> str:
        """The key that signs for push services; `new` makes the first."""


class Channels:
    """The channels of an installation, built when the first of them is needed."""

    def __init__(self, settings: ChannelSettings) -> None:
        self._settings = settings

    @cached_property
    def vapid(self) -> Vapid | None:
        """Signs notifications for browsers; None where they are not set up."""
        contact = self._settings.push_contact
        return Vapid(self._settings.push_key(new_key), contact) if contact else None

    @cached_property
    def _open(self) -> dict[Channel, Sends]:
        return open_channels(self._settings, self.vapid)

    def find(self, channel: Channel) -> Sends | None:
        """None for one that is not set up."""
        return self._open.get(channel)

    async def close(self) -> None:
        """Close what was opened."""
        for channel in self.__dict__.get("_open", {}).values():
            await channel.close()


def open_channels(settings: ChannelSettings, vapid: Vapid | None) -> dict[Channel, Sends]:
    """The channels that are set up, by name. Nothing is connected yet."""
    http = GuardedHttp(private=settings.private_addresses)
    found: dict[Channel, Sends] = {
        Channel.IN_APP: InAppChannel(),
        Channel.WEBHOOK: WebhookChannel(http),
    }
    if settings.smtp_host:
        found[Channel.EMAIL] = EmailChannel(_smtp(settings, settings.smtp_host))
    if settings.twilio_account_sid:
        found[Channel.SMS] = _twilio(settings, settings.twilio_account_sid)
    if vapid is not None:
        found[Channel.WEB_PUSH] = WebPushChannel(http, vapid)
    if settings.fcm_key_file is not None and (account := _account(settings.fcm_key_file)):
        found[Channel.PUSH] = FcmChannel(account, settings.fcm_url)
    return found


def _smtp(settings: ChannelSettings, host: str) -> SmtpServer:
    return SmtpServer(
        host=host,
        port=settings.smtp_port,
        sender=settings.smtp_sender,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=_plain(settings.smtp_password),
        ca_file=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
    )


def _twilio(settings: ChannelSettings, account: str) -> Sends:
    # Here, because it is large and most installations never send a text.
    from fleet_app.notification.channels.sms import SmsChannel  # noqa: PLC0415

    token = _plain(settings.twilio_auth_token)
    return SmsChannel(account, token, settings.twilio_sender, url=settings.twilio_url)


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _account(path: Path) -> ServiceAccount | None:
    """None, and a line in the log, for a file that cannot be used: the other channels still can."""
    try:
        return ServiceAccount.read(path)
    except (OSError, msgspec.MsgspecError):
        log.error("%s is not a service account's key file: phones get no notifications", path)
        return None
