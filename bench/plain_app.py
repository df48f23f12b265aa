"""The plain way to take positions: FastAPI, a SQLModel session, one row a request, one commit.

It has the same columns and the same unique key as the product's history, and no authentication.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from sqlalchemy import BigInteger, Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, create_engine

from fleet_app.kernel.clock import utc_now


class PlainFixIn(SQLModel):
    """The request body."""

    vehicle_id: int
    fleet_id: int
    recorded_at: datetime
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    speed: float | None = None
    heading: float | None = None
    accuracy: float | None = None


class PlainEvent(SQLModel, table=True):
    """History without partitions."""

    __tablename__ = "plain_events"

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    fleet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    lat: float
    lon: float
    speed: float | None = Field(default=None, sa_column=Column(REAL))
    heading: float | None = Field(default=None, sa_column=Column(REAL))
    accuracy: float | None = Field(default=None, sa_column=Column(REAL))
    altitude: float | None = Field(default=None, sa_column=Column(REAL))
    battery: float | None = Field(default=None, sa_column=Column(REAL))
    source: str = Field(default="api", max_length=16)
    event_id: str | None = Field(default=None, max_length=64)
    attributes: dict[str, str] | None = Field(default=None, sa_column=Column(JSONB))


def get_session(request: Request) -> Iterator[Session]:
    """A session for one request."""
    with Session(request.app.state.engine) as session:
        yield session


router = APIRouter()


@router.get("/ping")
def ping() -> str:
    """Whether it answers."""
    return "pong"


@router.post("/locations")
def post_location(
    fix: PlainFixIn, session: Annotated[Session, Depends(get_session)]
) -> dict[str, bool]:
    """Store one position; one that is there already is no error."""
    event = PlainEvent(
        vehicle_id=fix.vehicle_id, recorded_at=fix.recorded_at, fleet_id=fix.fleet_id,
        received_at=utc_now(), lat=fix.latitude, lon=fix.longitude, speed=fix.speed,
        heading=fix.heading, accuracy=fix.accuracy,
    )  # fmt: skip
    session.add(event)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
    return {"stored": True}


def create_app() -> FastAPI:
    """The application; its database is `FLEET_DATABASE_URL`."""
    app = FastAPI()
    app.state.engine = create_engine(
        os.environ["FLEET_DATABASE_URL"], pool_size=20, max_overflow=20
    )
    SQLModel.metadata.tables["plain_events"].create(app.state.engine, checkfirst=True)
    app.include_router(router)
    return app
