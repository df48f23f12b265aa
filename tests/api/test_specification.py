"""The whole API against its own description: made-up requests, judged by what is documented.

Every operation is asked with fitting and with unfitting requests, by every role, by a tracking
device and by nobody in particular. No answer may be a failure of ours, and each must be one that is
described: its status, its media type, its shape, its headers.

Requests are others every time; `FLEET_TEST_SEED=<the seed that a failure tells>` repeats them.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from fleet_app.access.roles import Role
from mobile_api.malformed import EnvelopeProtocol
from tests.builders.api_routes import ApiRoute
from tests.builders.walk import WORDS, Walk, kind_of

JUDGED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
load_all_checks()
EXAMPLES = {
    Role.SYSTEM_ADMIN.value: 4, Role.FLEET_MANAGER.value: 3, Role.DISPATCHER.value: 2,
    Role.DRIVER.value: 2, Role.CUSTOMER.value: 1, "device": 1, "anonymous": 1,
}  # fmt: skip
"""Made-up requests an operation, as each caller."""
SEED = int(os.environ.get("FLEET_TEST_SEED") or random.SystemRandom().randrange(2**32))


@pytest.fixture
async def address(walk: Walk) -> AsyncIterator[str]:
    """Where the API is served."""
    config = uvicorn.Config(
        walk.world.app, port=0, lifespan="off", log_level="critical", http=EnvelopeProtocol
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.mark.parametrize("caller", list(EXAMPLES))
async def test_every_answer_is_one_that_is_described(walk: Walk, address: str, caller: str) -> None:
    schema = schemathesis.openapi.from_dict(walk.world.app.openapi())
    schema.config.base_url = address
    problems, operations = [], [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        route = ApiRoute(operation.method.upper(), operation.path, None)
        known = await _known_ids(walk, route)
        ask = _asking(operation, known, walk.callers[caller], EXAMPLES[caller])
        found = await asyncio.to_thread(ask)
        problems += [f"{route}: {problem}" for problem in found]
    assert problems == [], "\n\n".join([f"FLEET_TEST_SEED={SEED}", *problems])
    assert len(operations) > 100


def _asking(
    operation: APIOperation[Any, Any, Any, Any],
    known: dict[str, Any],
    headers: dict[str, str],
    examples: int,
) -> Any:
    """Asks an operation `examples` times; returns what was wrong with the answers."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    made_up = [operation.as_strategy(mode) for mode in modes]
    if known:
        made_up.append(operation.as_strategy(path_parameters=known))
    checks = [CHECKS.get_one(name) for name in JUDGED]
    session, found = requests.Session(), dict[str, str]()

    @seed(SEED)
    @given(st.one_of(*made_up))
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        response = case.call(session=session, headers=headers)
        try:
            case.validate_response(response, checks=checks)
        except BaseExceptionGroup as failure:
            for one in failure.exceptions:
                title = f"{type(one).__name__} {response.status_code}"
                found.setdefault(title, f"{title}: {one}\n{case.as_curl_command()}"[:1500])

    def run() -> list[str]:
        try:
            ask()
        except Exception as error:  # that nothing can be made up for it is a problem, too
            found["cannot ask"] = f"cannot ask: {type(error).__name__}: {error}"[:600]
        return list(found.values())

    return run


async def _known_ids(walk: Walk, route: ApiRoute) -> dict[str, Any]:
    """What the path may name that is really there."""
    return {
        name: WORDS.get(name) or await walk.object(kind_of(route, name), walk.world.fleet_id)
        for name in route.parameters
        if route.path.startswith("/api/v1/")
    }
