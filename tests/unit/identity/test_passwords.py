"""Passwords: policy, hashing, and not telling who exists."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from fleet_app.identity.errors import WeakPassword
from fleet_app.identity.passwords import Passwords

WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 300, "aaaaaaaaaaaa", "abababababab", "", "correct \ud800 battery"],
)
async def test_weak_passwords_are_refused_with_a_reason(password: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        await Passwords(WEAK).hash(password)
    assert refusal.value.fields["password"].startswith(("Use ", "One of the characters"))


async def test_hashes_are_argon2id_and_verify() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert (await passwords.verify(stored, "correct horse battery")).ok
    assert not (await passwords.verify(stored, "incorrect horse")).ok


async def test_a_hash_with_old_parameters_is_replaced_on_the_next_sign_in() -> None:
    old = await Passwords(WEAK).hash("correct horse battery")
    passwords = Passwords()
    verdict = await passwords.verify(old, "correct horse battery")
    assert verdict.better_hash is not None
    again = await passwords.verify(verdict.better_hash, "correct horse battery")
    assert again.ok
    assert again.better_hash is None
    assert (await passwords.verify(old, "wrong")).better_hash is None


async def test_accents_may_be_typed_either_way() -> None:
    passwords = Passwords(WEAK)
    assert (await passwords.verify(await passwords.hash("pa\u0301lava a tma"), "pálava a tma")).ok


@pytest.mark.parametrize("stored", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$x$y"])
async def test_an_unreadable_hash_matches_nothing(stored: str) -> None:
    assert not (await Passwords(WEAK).verify(stored, "correct horse battery")).ok


async def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse battery")
    await passwords.verify(None, "warm up")

    async def best_of_five(password_hash: str | None) -> float:
        times = []
        for _ in range(5):
            started = time.process_time()
            await passwords.verify(password_hash, "incorrect horse")
            times.append(time.process_time() - started)
        return min(times)

    known, unknown = await best_of_five(stored), await best_of_five(None)
    assert 0.5 < unknown / known < 2
