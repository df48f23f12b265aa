"""Who comes in: users, sessions, tokens, devices."""

from __future__ import annotations

from functools import cached_property

from fleet_app.bootstrap.stores import Stores
from fleet_app.catalogue.sign_up import SignUps
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.devices import DeviceService
from fleet_app.identity.grants import GrantService
from fleet_app.identity.passwords import Passwords
from fleet_app.identity.ports import SessionStore
from fleet_app.identity.service import IdentityService
from fleet_app.identity.sessions import SessionService
from fleet_app.identity.tokens import AccessTokens
from fleet_app.notification.channels.signed_out import SessionsWithBrowsers
from fleet_app.storage.live.sessions import RedisBindings, RedisSessions


class People(Stores):
    """Everything about who somebody is."""

    @cached_property
    def sessions_store(self) -> SessionStore:
        """Browser sessions."""
        return SessionsWithBrowsers(RedisSessions(self.redis), self.work)

    @cached_property
    def token_bindings(self) -> RedisBindings:
        """Which session a page's client token belongs to, for longer than its state lives."""
        return RedisBindings(self.redis, seconds=(self.settings.session_hours + 2) * 3600)

    @cached_property
    def access_tokens(self) -> AccessTokens:
        """Signs and reads access tokens."""
        return AccessTokens(self.settings.signing_key())

    @cached_property
    def authenticator(self) -> Authenticator:
        """Who is behind a token, from memory when asked a few seconds ago."""
        return Authenticator(self.work, self.sessions_store, self.access_tokens)

    @cached_property
    def passwords(self) -> Passwords:
        """Makes and checks the hashes of passwords."""
        return Passwords()

    @cached_property
    def identity(self) -> IdentityService:
        """Users and their passwords."""
        return IdentityService(
            self.work, self.passwords, self.attempts, self.sessions_store, self.authenticator
        )

    @cached_property
    def sign_ups(self) -> SignUps:
        """Fleets that people make for themselves."""
        is_open = self.settings.sign_up == "open"
        return SignUps(self.work, self.identity, self.sessions, self.attempts, is_open=is_open)

    @cached_property
    def sessions(self) -> SessionService:
        """Signs browsers in and out."""
        return SessionService(
            self.identity,
            self.sessions_store,
            self.authenticator,
            hours=self.settings.session_hours,
        )

    @cached_property
    def grants(self) -> GrantService:
        """Token pairs for phones and integrators."""
        return GrantService(
            self.work,
            self.identity,
            self.authenticator,
            self.access_tokens,
            self.settings.signing_key(),
            access_minutes=self.settings.access_token_minutes,
            refresh_days=self.settings.refresh_token_days,
        )

    @cached_property
    def devices(self) -> DeviceService:
        """Tokens of tracking devices."""
        return DeviceService(self.work, self.authenticator)
