"""Examines an installation, one finding after another."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version

import redis
from packaging.requirements import Requirement
from sqlalchemy.exc import SQLAlchemyError

from fleet_app.routing.roads import open_roads
from fleet_app.runtime import browser, engines, migrations, product, toolchain, web
from fleet_app.runtime.engines import EngineUrls
from fleet_app.runtime.frontend import Frontend
from fleet_app.settings import PROJECT_ROOT, Settings

_ROADS_ADVICE = (
    "Build a map with Python 3.12 or newer, or set FLEET_ROADS and FLEET_ROADS_URL to a service."
)
LOW_DISK_BYTES = 2_000_000_000


class State(Enum):
    """How bad a finding is."""

    GOOD = "good"
    NOTE = "note"
    """Not there yet, or not needed to run."""
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: State
    text: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; starts the embedded engines for a moment when they do not run."""
    yield _python()
    yield _packages()
    yield _toolchain()
    yield _disk(settings)
    yield _port(settings)
    yield sign_in(settings)
    yield from _stores(settings)
    yield _frontend(settings)
    yield _map(settings)
    yield roads_of(settings)
    yield _chromium(settings)


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info >= (3, 12):
        return Finding("Python", State.GOOD, found)
    return Finding(
        "Python",
        State.NOTE,
        f"{found}; routing on real roads needs 3.12 or newer",
        "Install Python 3.12, remove .venv and run ./fleet again.",
    )


def _packages() -> Finding:
    wrong = list(_wrong_packages())
    if not wrong:
        return Finding("Packages", State.GOOD, "all pinned packages are installed")
    text = f"not as pinned: {', '.join(wrong)}"
    return Finding("Packages", State.BROKEN, text, "Remove .venv and run ./fleet again.")


def _wrong_packages() -> Iterator[str]:
    for line in (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        wanted = line.partition("#")[0].strip()
        if not wanted:
            continue
        requirement = Requirement(wanted)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            yield f"{requirement.name} (missing)"
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            yield f"{requirement.name} ({found})"


def _toolchain() -> Finding:
    try:
        found = f"bun at {toolchain.bun()}, node at {toolchain.node()}"
    except RuntimeError as error:
        return Finding("JavaScript tools", State.BROKEN, str(error))
    return Finding("JavaScript tools", State.GOOD, found)


def _disk(settings: Settings) -> Finding:
    settings.home.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.home)
    text = f"{usage.free / 1e9:.1f} GB free for {settings.home}"
    if usage.free > LOW_DISK_BYTES:
        return Finding("Disk", State.GOOD, text)
    return Finding("Disk", State.BROKEN, text, "Free some space, or set FLEET_HOME elsewhere.")


def _port(settings: Settings) -> Finding:
    where = f"port {settings.port} on {settings.host}"
    try:
        web.listen(settings).close()
    except RuntimeError as error:
        if product.answers(product.local_url(settings)):
            return Finding("Port", State.GOOD, f"{where} is served by the running product")
        return Finding("Port", State.BROKEN, str(error))
    return Finding("Port", State.GOOD, f"{where} is free")


def sign_in(settings: Settings) -> Finding:
    """Where browsers may sign in, which is not wherever the product listens."""
    subject, accepted = "Sign-in", ", ".join(settings.origins)
    everywhere = settings.host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    local = {"127.0.0.1", "::1", "localhost"}
    if settings.public_url or settings.allowed_origins or settings.host in local:
        return Finding(subject, State.GOOD, f"browsers may sign in at {accepted}")
    where = "on every address" if everywhere else f"on {settings.host}"
    host = "THIS-MACHINE" if everywhere else settings.host
    return Finding(
        subject,
        State.NOTE,
        f"the product listens {where}, but only browsers on this machine may sign in ({accepted})",
        "Set FLEET_PUBLIC_URL to what people type into their browser, "
        f"such as http://{host}:{settings.port} or https://fleet.example.com.",
    )


def _stores(settings: Settings) -> Iterator[Finding]:
    owner = engines.owner_pid(settings.home)
    try:
        with engines.embedded_engines(settings) as urls:
            yield _engines(settings, owner)
            yield _schema(urls)
            yield _durability(urls)
    except (RuntimeError, TimeoutError) as error:
        yield Finding("Engines", State.BROKEN, str(error))


def _engines(settings: Settings, owner: int | None) -> Finding:
    if settings.database_url and settings.redis_url:
        return Finding("Engines", State.GOOD, "the configured stores are used")
    if owner is not None:
        return Finding("Engines", State.GOOD, f"running, kept by process {owner}")
    return Finding("Engines", State.GOOD, "start and answer (not running at the moment)")


def _schema(urls: EngineUrls) -> Finding:
    try:
        found, wanted = migrations.current(urls.database), migrations.head()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip()
        return Finding("Database", State.BROKEN, reason, "Check FLEET_DATABASE_URL.")
    if found == wanted:
        return Finding("Database", State.GOOD, f"schema {found} is current")
    if found is None:
        return Finding("Database", State.NOTE, "empty", "./fleet demo or up creates the schema.")
    text = f"schema {found}, this version needs {wanted}"
    return Finding("Database", State.BROKEN, text, "Run ./fleet db upgrade.")


def _durability(urls: EngineUrls) -> Finding:
    subject = "Durable log"
    try:
        with redis.Redis.from_url(urls.redis, decode_responses=True) as client:
            found = {**client.config_get("append*"), **client.config_get("maxmemory-policy")}
    except redis.RedisError as error:
        return Finding(subject, State.BROKEN, str(error), "Check FLEET_REDIS_URL.")
    if found.get("appendonly") != "yes":
        text = (
            f"the server keeps no append-only file (appendonly {found.get('appendonly', '?')}): "
            "it cannot prove that a position is on disk, so every position is refused with 503, "
            "and what its log already holds is lost when it stops"
        )
        return Finding(
            subject, State.BROKEN, text, "Set appendonly yes on the server of FLEET_REDIS_URL."
        )
    if found.get("maxmemory-policy") not in {None, "noeviction"}:
        text = f"the server may evict positions ({found['maxmemory-policy']})"
        return Finding(subject, State.BROKEN, text, "Set maxmemory-policy noeviction there.")
    return Finding(subject, State.GOOD, f"fsync policy {found.get('appendfsync')}")


def _frontend(settings: Settings) -> Finding:
    frontend = Frontend(settings.home)
    if frontend.is_current():
        return Finding("Pages", State.GOOD, "built from the present sources")
    text = "out of date" if frontend.bundle.exists() else "not built yet"
    return Finding("Pages", State.NOTE, text, "./fleet demo or up builds them.")


def _map(settings: Settings) -> Finding:
    folder = settings.home / "map"
    if not (folder / "basemap.pmtiles").exists():
        advice = "./fleet demo builds Helsinki; ./fleet map build EXTRACT.osm.pbf any place."
        return Finding("Map", State.NOTE, "not built yet", advice)
    if (folder / "valhalla").exists():
        return Finding("Map", State.GOOD, "basemap and road data are built")
    return Finding("Map", State.NOTE, "basemap only: distances are estimates", "")


def roads_of(settings: Settings) -> Finding:
    """Which road network plans and ways are made with. A service outside is not asked."""
    roads = open_roads(settings.home / "map", settings.road_source)
    if not roads.is_estimate:
        return Finding("Roads", State.GOOD, roads.name)
    advice = "" if settings.roads == "estimate" else _ROADS_ADVICE
    return Finding("Roads", State.NOTE, roads.name, advice)


def _chromium(settings: Settings) -> Finding:
    found = browser.installed(settings.home)
    if found is not None:
        return Finding("Browser for tests", State.GOOD, str(found.path))
    return Finding("Browser for tests", State.NOTE, "none yet; ./fleet test fetches one")
