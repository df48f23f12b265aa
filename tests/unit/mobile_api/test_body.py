"""How long bodies may take: ordinary ones, and uploads that come slowly but steadily."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive

from fleet_app.kernel.errors import TooLarge
from mobile_api.body import Rule, SlowBody, guarded, plain_rule, upload_rule

SCOPE = {"type": "http", "headers": []}
PATIENCE = 0.2


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mobile_api.body.READ_SECONDS", PATIENCE)


def a_sender(pieces: int, size: int, seconds: float) -> Receive:
    """Sends `pieces` of `size` bytes, each after a pause."""
    left = pieces

    async def receive() -> Message:
        nonlocal left
        await asyncio.sleep(seconds)
        left -= 1
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    return receive


async def received(receive: Receive, rule: Rule, *, busy: float = 0.0) -> int:
    """Read everything, `busy` for so many seconds after each piece; the bytes that came."""
    read = guarded(SCOPE, receive, rule)
    total, more = 0, True
    while more:
        message = await read()
        total += len(message["body"])
        more = message["more_body"]
        await asyncio.sleep(busy)
    return total


STEADY = Rule(10_000, "too large", pace=1000)


async def test_an_upload_may_take_long_while_it_keeps_its_pace() -> None:
    # 20 pieces of 50 ms are five times our patience; 100 bytes in 50 ms are twice the pace.
    assert await received(a_sender(20, 100, 0.05), STEADY) == 2000


async def test_an_upload_below_its_pace_is_given_up() -> None:
    with pytest.raises(SlowBody):
        await received(a_sender(20, 10, 0.05), STEADY)


async def test_no_silence_is_longer_than_our_patience_whatever_came_before() -> None:
    with pytest.raises(SlowBody):
        await received(a_sender(2, 5000, PATIENCE * 2), STEADY)


async def test_an_ordinary_body_earns_no_time() -> None:
    with pytest.raises(SlowBody):
        await received(a_sender(20, 100, 0.05), plain_rule(10_000))


async def test_our_own_slowness_is_not_the_senders() -> None:
    assert await received(a_sender(4, 1, 0.001), plain_rule(100), busy=0.15) == 4


async def test_an_upload_rule_says_how_large_the_file_may_be() -> None:
    rule = upload_rule(25_000_000, 100)
    assert rule.limit == 25_000_100
    with pytest.raises(TooLarge, match=r"larger than 25 MB"):
        await received(a_sender(3, 10_000_000, 0), rule)


@pytest.mark.parametrize(("limit", "words"), [(2_000_000, "2 MB"), (16_384, "16 kB")])
async def test_a_limit_is_told_as_people_say_it(limit: int, words: str) -> None:
    with pytest.raises(TooLarge, match=f"larger than {words}$"):
        await received(a_sender(3, limit, 0), plain_rule(limit))
