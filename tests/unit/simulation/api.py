"""Asking the API in somebody's name."""

from __future__ import annotations

from typing import Any

import httpx

from fleet_app.simulation.logins import DriverLogin, Login
from tests.unit.simulation.conftest import until

API = "/api/v1"


async def signed_in(client: httpx.AsyncClient, login: Login | DriverLogin) -> dict[str, str]:
    """Headers with an access token of that person."""
    body = {"email": login.email, "password": login.password}
    token = told(await client.post(f"{API}/auth/token", json=body))["access_token"]
    return {"Authorization": f"Bearer {token}"}


def told(answer: httpx.Response) -> Any:
    """The data of an answer that is a success."""
    assert answer.is_success, answer.text
    return answer.json()["data"]


async def optimised(
    client: httpx.AsyncClient, office: dict[str, str], plan_id: int, *, seconds: float
) -> None:
    """One click on "Plan everything", and waiting for it."""
    path = f"{API}/plans/{plan_id}/optimise"
    job = told(await client.post(path, json={"seconds": seconds}, headers=office))

    async def is_over() -> bool:
        found.update(told(await client.get(f"{API}/plan_jobs/{job['id']}", headers=office)))
        return found["state"] not in {"queued", "running"}

    found: dict[str, Any] = {}
    await until(is_over)
    assert (found["state"], found["applied"]) == ("done", True), found
