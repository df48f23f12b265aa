"""Somebody who looks at the benchmark's fleet."""

from __future__ import annotations

import asyncio
import secrets
from http.cookies import SimpleCookie

import httpx

from bench._stack import Stack
from fleet_app.identity.passwords import Passwords

EMAIL = "dispatcher@bench.example"


def add_dispatcher(running: Stack, fleet_id: int) -> str:
    """A dispatcher of the fleet; returns the password."""
    password = secrets.token_urlsafe(16)
    password_hash = asyncio.run(Passwords().hash(password))
    with running.connect() as connection:
        connection.execute(
            "INSERT INTO users (fleet_id, email, name, role, password_hash, is_active, created_at)"
            " VALUES (%s, %s, 'Bench', 'dispatcher', %s, true, now())",
            (fleet_id, EMAIL, password_hash),
        )
    return password


def sign_in(running: Stack, password: str) -> str:
    """The session of the dispatcher, from the login form as a browser posts it."""
    answer = httpx.post(
        f"{running.url}/auth/login", data={"email": EMAIL, "password": password},
        headers={"Origin": running.settings.origin}, trust_env=False,
    )  # fmt: skip
    cookie = SimpleCookie(answer.headers.get("set-cookie", ""))
    if "fleet_session" not in cookie:
        raise RuntimeError(f"signing in failed: {answer.status_code} {dict(answer.headers)}")
    return cookie["fleet_session"].value
