"""What `bench._sockets` is told to do, and what it tells: one JSON line each."""

from __future__ import annotations

import msgspec


class Page(msgspec.Struct, frozen=True):
    """A kind of session: the route, its parameters and the cookie it shows."""

    pathname: str
    path: str
    query: dict[str, str]
    cookie: str
    count: int


class Poster(msgspec.Struct, frozen=True):
    """A device that posts one fix in every round."""

    vehicle_id: int
    token: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do."""

    url: str
    pages: list[Page]
    posters: list[Poster]
    post_url: str = ""
    """Where the devices post."""
    rounds: int
    """Fixes of each device; one a second, spread over the second."""
    marker: str
    """Text of the messages that are counted beside binary frames."""
    listen_seconds: float = 0.0
    """How long to count frames when nothing is posted."""


class Joined(msgspec.Struct, kw_only=True):
    """The first line: how many sessions are live."""

    sessions: int
    failed: int
    seconds: float
    problem: str = ""


class Outcome(msgspec.Struct, kw_only=True):
    """The last line. Latencies in seconds, from the beginning of the POST to the frame."""

    frames: int = 0
    """Binary frames received, over all sessions."""
    texts: int = 0
    """Text messages with the marker received, over all sessions."""
    dashboard_frames: int = 0
    dashboard_records: int = 0
    """Vehicle records in the dashboards' frames."""
    bytes: int = 0
    lost: int = 0
    """Sessions that were cut off."""
    samples: int = 0
    p50_s: float = 0.0
    p99_s: float = 0.0
    max_s: float = 0.0
    customer_p99_s: float = 0.0
    post_p99_s: float = 0.0
    posts: int = 0
    failed_posts: int = 0
    unseen_posts: int = 0
    """Posts that no dashboard was shown, nor a newer one of the same vehicle."""
    seconds: float = 0.0
    client_cpu_s: float = 0.0
    problem: str = ""
