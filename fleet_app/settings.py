"""Everything the environment can say about this installation, as one typed object."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fleet_app.routing.roads.opening import RoadSource

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings read from `FLEET_*` variables; a store without a URL is embedded."""

    model_config = SettingsConfigDict(
        env_prefix="FLEET_",
        extra="ignore",
        hide_input_in_errors=True,  # the input holds passwords and keys
    )

    home: Path = Field(default=PROJECT_ROOT / ".fleet")
    """Where embedded engines, files, maps and generated secrets live."""
    database_url: str | None = None
    """`postgresql+psycopg://…`; None means the embedded server under `home`."""
    redis_url: str | None = None
    """`redis://…`, `rediss://…` or `unix://…`; None means the embedded Valkey under `home`."""

    host: str = "127.0.0.1"
    port: int = 8080
    web_processes: int = Field(default=1, ge=1)
    public_url: str | None = None
    """Origin that browsers use, e.g. `https://fleet.example.com`; None means this host and port."""
    allowed_origins: list[str] = Field(default_factory=list)
    """Origins accepted besides `public_url`, as JSON: `["https://a.example"]`."""

    secret_key: SecretStr | None = None
    """Signs access tokens; None means a key generated once into `home/secret_key`."""
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    session_hours: int = 24
    sign_up: Literal["closed", "open"] = "closed"
    """Whether anybody who reaches the sign-in page may make a fleet of their own."""

    log_partitions: int = Field(default=8, ge=1, le=1024)
    """Partitions of the durable log. Changing it needs a drained log."""
    log_max_pending: int = 500_000
    """Log entries not yet consumed beyond which ingest answers 503."""
    ingest_max_bytes: int = 2_000_000
    """Largest accepted request body, in bytes."""
    file_max_bytes: int = Field(default=25_000_000, ge=1)
    """Largest photograph or paper that may be uploaded, in bytes."""
    import_max_bytes: int = Field(default=50_000_000, ge=1)
    """Largest spreadsheet that may be imported, in bytes."""
    s3_bucket: str | None = None
    """Bucket for uploaded files; None means the directory `home/files`. Credentials come by the
    usual AWS variables."""
    s3_endpoint: str | None = None
    """Address of an S3 server that is not Amazon's, e.g. `https://minio.example.com`."""
    s3_region: str | None = None
    """Region of the bucket; None leaves it to the usual AWS variables."""
    tick_seconds: float = 0.25
    """Shortest time between two live frames of one fleet."""
    offline_after_seconds: int = 120
    """A vehicle without a fix for this long is shown as offline."""

    history_days: int = Field(default=0, ge=0)
    """Days of location history to keep; 0 keeps everything."""
    message_days: int = Field(default=90, ge=0)
    """Days for which sent and unsent messages can be looked up in the outbox; 0 keeps all."""
    planning_days: int = Field(default=90, ge=0)
    """Days for which runs of the optimiser, suggestions, plans that were put aside, and the steps
    of plans after their day are kept; 0 keeps all."""

    geocoder: Literal["offline", "nominatim", "google", "none"] = "offline"
    """Where addresses are searched: `offline` in the installed map, `nominatim`, `google`, or
    `none`."""
    geocoder_url: str | None = None
    """Address of the Nominatim server (or of what stands for Google's); None means the public."""
    geocoder_key: SecretStr | None = None
    """The key that `google` needs."""

    roads: Literal["embedded", "valhalla", "osrm", "google", "estimate"] = "embedded"
    """Where ways and driving times come from: `embedded` in the installed map (an estimate without
    one), a server that speaks as `valhalla` or `osrm` do, `google`, or `estimate`."""
    roads_url: str | None = None
    """Address of the Valhalla or OSRM server (or of what stands for Google's)."""
    roads_key: SecretStr | None = None
    """The key that `google` needs; sent as a bearer token to the others."""

    smtp_host: str | None = None
    """The server that takes our mail; None means that mail is only kept to be looked at."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr | None = None
    smtp_sender: str = ""
    """From whom mail comes, e.g. `Fleet <fleet@example.com>`."""
    smtp_ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    twilio_account_sid: str | None = None
    """The account that texts are sent with; None means that texts are only kept."""
    twilio_auth_token: SecretStr | None = None
    twilio_sender: str = ""
    """Our number as `+358…`, or the `MG…` of a messaging service."""
    twilio_url: str = "https://api.twilio.com"
    web_push_contact: str | None = None
    """`mailto:…` or `https://…` for the staff of push services. None means the public address if
    it is https, otherwise that browsers are not notified."""
    vapid_key: SecretStr | None = None
    """32 bytes, base64url; None means a key generated once into `home/vapid_key`. With another
    key, every browser has to be switched on again."""
    fcm_key_file: Path | None = None
    """Google's key file (JSON) of a service account; None means that phones are not notified."""
    fcm_url: str = "https://fcm.googleapis.com"
    private_addresses: bool = False
    """Whether webhooks may be inside the network, and without https."""

    @model_validator(mode="after")
    def _check_channels(self) -> Settings:
        if self.smtp_host and "@" not in self.smtp_sender:
            raise ValueError("FLEET_SMTP_HOST needs FLEET_SMTP_SENDER, an address")
        if self.smtp_username and self.smtp_security == "none":
            raise ValueError("FLEET_SMTP_SECURITY=none would send the password for all to read")
        if self.twilio_account_sid and not (self.twilio_auth_token and self.twilio_sender):
            raise ValueError(
                "FLEET_TWILIO_ACCOUNT_SID needs FLEET_TWILIO_AUTH_TOKEN and FLEET_TWILIO_SENDER"
            )
        contact = self.web_push_contact
        if contact and not contact.startswith(("mailto:", "https://")):
            raise ValueError("FLEET_WEB_PUSH_CONTACT must begin with mailto: or https://")
        return self

    @property
    def push_contact(self) -> str | None:
        """Whom push services may write to; None where browsers are not notified."""
        if self.web_push_contact:
            return self.web_push_contact
        return self.origin if self.origin.startswith("https://") else None

    @model_validator(mode="after")
    def _check_geocoder(self) -> Settings:
        if self.geocoder == "google" and self.geocoder_key is None:
            raise ValueError("FLEET_GEOCODER=google needs FLEET_GEOCODER_KEY")
        if self.geocoder_url and not self.geocoder_url.startswith(("http://", "https://")):
            raise ValueError("FLEET_GEOCODER_URL must begin with http:// or https://")
        return self

    @model_validator(mode="after")
    def _check_roads(self) -> Settings:
        if self.roads == "google" and self.roads_key is None:
            raise ValueError("FLEET_ROADS=google needs FLEET_ROADS_KEY")
        if self.roads in ("valhalla", "osrm") and not self.roads_url:
            raise ValueError(f"FLEET_ROADS={self.roads} needs FLEET_ROADS_URL")
        if self.roads_url and not self.roads_url.startswith(("http://", "https://")):
            raise ValueError("FLEET_ROADS_URL must begin with http:// or https://")
        return self

    @property
    def road_source(self) -> RoadSource:
        """Where ways and driving times come from, as this installation wants it."""
        key = self.roads_key.get_secret_value() if self.roads_key else ""
        return RoadSource(self.roads, self.roads_url or "", key)

    @property
    def origin(self) -> str:
        """The origin browsers use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def origins(self) -> list[str]:
        """Every origin whose pages may talk to this server."""
        local = [f"http://{name}:{self.port}" for name in ("localhost", "127.0.0.1")]
        own = [self.origin] if self.public_url else local
        return list(dict.fromkeys([*own, *self.allowed_origins]))

    def signing_key(self) -> str:
        """The token signing key: configured, or generated once and kept with mode 0600."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return _read_or_create_secret(self.home / "secret_key", _token)

    def push_key(self, new: Callable[[], str]) -> str:
        """The key that signs for browsers' push services; `new` makes the first."""
        if self.vapid_key is not None:
            return self.vapid_key.get_secret_value()
        return _read_or_create_secret(self.home / "vapid_key", new)


def _token() -> str:
    return secrets.token_urlsafe(48)


def _read_or_create_secret(path: Path, new: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _create_secret(path, new())
    return path.read_text(encoding="ascii").strip()


def _create_secret(path: Path, secret: str) -> None:
    """Whole or absent: other processes start at the same moment and must all read one key."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody else was first, and theirs counts
            os.link(name, path)
    finally:
        Path(name).unlink()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
