"""Passwords: what is acceptable, how they are kept, how they are checked."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import unicodedata
from functools import cached_property

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fleet_app.identity.errors import WeakPassword

SHORTEST = 10
LONGEST = 256
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
"""Surrogates: JSON can carry them, no hash can be made of them."""


class Verdict(msgspec.Struct, frozen=True):
    """Whether a password was right, and the hash to store instead if the old one is outdated."""

    ok: bool
    better_hash: str | None = None


def check_policy(password: str) -> None:
    """Raise `WeakPassword` with a message for the person who chose it."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"Use at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPassword(f"Use at most {LONGEST} characters")
    if len(set(password)) < 4:
        raise WeakPassword("Use more than three different characters")
    if _HALF_A_CHARACTER.search(password):
        raise WeakPassword("One of the characters is broken; type the password again")


def password_stamp(password_hash: str) -> str:
    """A short digest that changes with the password; sessions and access tokens carry it."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


class Passwords:
    """Argon2id in worker threads, a few at a time: each check takes 46 MiB and a core."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = 4) -> None:
        # OWASP's first choice for Argon2id: 46 MiB, one pass, one lane.
        self._hasher = hasher or PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
        self._slots = asyncio.Semaphore(at_once)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """The hash to store. Raises `WeakPassword`."""
        check_policy(password)
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, password_hash: str | None, password: str) -> Verdict:
        """Check a password; without a hash, take as long and say no."""
        if len(password) > LONGEST or _HALF_A_CHARACTER.search(password):
            password, password_hash = "", None
        async with self._slots:
            return await asyncio.to_thread(self._verify, password_hash, _normal(password))

    def _verify(self, password_hash: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return Verdict(ok=False)
        if password_hash is None:
            return Verdict(ok=False)
        if self._hasher.check_needs_rehash(password_hash):
            return Verdict(ok=True, better_hash=self._hasher.hash(password))
        return Verdict(ok=True)


def _normal(password: str) -> str:
    # Keyboards differ in how they compose accents; NFKC makes them agree (RFC 8265).
    return unicodedata.normalize("NFKC", password)
