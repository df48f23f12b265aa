"""Asks a road service on the web: politely, not too often, and trusting nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import msgspec

from fleet_app.routing.outside import CONNECT_SECONDS, Taking, TooLong, agent, retry_after
from fleet_app.routing.roads.breaker import Breaker
from fleet_app.routing.roads.errors import Refused, RoadsBusy, RoadsUnavailable

log = logging.getLogger(__name__)

USER_AGENT = agent("road network")
ANSWER_SECONDS = 20.0
"""For all of an answer, however slowly it drips."""
LONGEST_WAIT = 10.0
"""Seconds that a question may wait for its turn; a large matrix is many questions."""
MOST_BYTES = 50_000_000
_REFUSED = (400, 422)


class Question(NamedTuple):
    """A request; with a body it is posted."""

    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = {}


class RoadServer:
    """One road service. May be asked by several threads. Errors and log lines say nothing that the
    request carried; the key travels in a header, which is in no log line and no address."""

    def __init__(
        self,
        url: str,
        *,
        secret: Mapping[str, str] | None = None,
        turns: Taking | None = None,
        breaker: Breaker | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """`secret` headers go out with every request and are seen nowhere else."""
        self.url = url.rstrip("/")
        self._seconds = seconds
        self._turns = turns
        self._breaker = breaker or Breaker()
        self._client = httpx.Client(
            base_url=self.url,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", **(secret or {})},
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            limits=httpx.Limits(max_connections=8),
            follow_redirects=False,  # another host must not get the key
            trust_env=False,
        )

    def ask(self, question: Question) -> bytes:
        """The answer. Raises `Refused` with the service's words when it understood and has none,
        `RoadsUnavailable`, `RoadsBusy`."""
        self._breaker.enter()
        self._wait()
        try:
            answer = self._answer(question)
        except Refused:
            self._breaker.succeeded()
            raise
        except RoadsUnavailable:
            self._breaker.failed()
            raise
        except httpx.HTTPError as error:
            self._breaker.failed()
            log.warning("road service failed: %s", type(error).__name__)
            raise RoadsUnavailable from None
        self._breaker.succeeded()
        return answer

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _wait(self) -> None:
        if self._turns is None:
            return
        try:
            time.sleep(self._turns.take(LONGEST_WAIT))
        except TooLong as error:
            raise RoadsBusy(retry_after=error.seconds) from None

    def _answer(self, question: Question) -> bytes:
        method = "GET" if question.body is None else "POST"
        headers = dict(question.headers)
        if question.body is not None:
            headers["Content-Type"] = "application/json"
        with self._client.stream(
            method, question.path, content=question.body, headers=headers
        ) as answer:
            body = self._read(answer, time.monotonic() + self._seconds)
        words = _words(body) if answer.status_code in _REFUSED else ""
        if words:
            raise Refused(words)
        if answer.status_code != 200:
            log.warning("road service answered %s", answer.status_code)
            raise RoadsUnavailable(retry_after=retry_after(answer.headers))
        return body

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > MOST_BYTES or time.monotonic() > until:
                log.warning("road service answered too much or too slowly")
                raise RoadsUnavailable
        return bytes(body)


@contextmanager
def understood() -> Iterator[None]:
    """Whatever the block cannot read of an answer is `RoadsUnavailable`."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        log.warning("road service answered what we cannot read: %s", type(error).__name__)
        raise RoadsUnavailable from None


class _Said(msgspec.Struct):
    """What services call the reason."""

    error: str | None = None
    message: str | None = None
    code: str | int | None = None


def _words(body: bytes) -> str:
    """Why a service refuses, in its own words, cut short; "" if it says nothing of the kind."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return str(said.message or said.error or said.code or "")[:200]
