"""The plain way to push in Reflex: the same records into every session's state, one by one.

`app.modify_state` per session, as its documentation shows. `BENCH_RECORDS` says how many records a
frame has, `BENCH_FORM` whether they are a list of dicts (rows) or one string (text), the cheapest
var there is. A page that holds `Plain.rows` or `Plain.text` would draw them.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time

import reflex as rx

from fleet_app.location.frames import FrameKind, LivePosition, encode_frame, pack_position
from fleet_app.location.models import MotionStatus

RECORDS = int(os.environ.get("BENCH_RECORDS", "25"))
FORM = os.environ.get("BENCH_FORM", "rows")
TICK_SECONDS = 0.5
_tokens: set[str] = set()


class Plain(rx.State):
    """What every session holds for itself."""

    rows: list[dict[str, float]] = []  # noqa: RUF012 - Reflex copies defaults
    text: str = ""

    @rx.event
    def join(self) -> None:
        """From now on this session is served."""
        _tokens.add(self.router.session.client_token)


def positions(number: int) -> list[LivePosition]:
    """The records of frame `number`."""
    return [
        LivePosition(vehicle_id=vehicle, lat=60.0 + number * 1e-5, lon=24.94, speed=1.1,
                     heading=0.0, recorded_at=time.time(), status=MotionStatus.MOVING)
        for vehicle in range(1, RECORDS + 1)
    ]  # fmt: skip


def as_rows(found: list[LivePosition]) -> list[dict[str, float]]:
    """Records as a page would draw them with `rx.foreach`."""
    return [
        {
            "id": p.vehicle_id, "lat": p.lat, "lon": p.lon, "heading": p.heading or 0.0,
            "speed": p.speed or 0.0, "recorded_at": p.recorded_at, "status": p.status,
        }
        for p in found
    ]  # fmt: skip


def as_text(found: list[LivePosition], number: int) -> str:
    """The product's own frame, as a string var takes it."""
    frame = encode_frame(FrameKind.DELTA, number, time.time(), map(pack_position, found))
    return base64.b64encode(frame).decode()


async def push() -> None:
    """Update every session on every tick, for ever."""
    number = 0
    while True:
        started = time.perf_counter()
        number += 1
        found = positions(number)
        rows, text = as_rows(found), as_text(found, number)
        for token in list(_tokens):
            async with app.modify_state(rx.BaseStateToken(ident=token, cls=Plain)) as state:
                plain = await state.get_state(Plain)
                if FORM == "rows":
                    plain.rows = rows
                else:
                    plain.text = text
        await asyncio.sleep(max(TICK_SECONDS - (time.perf_counter() - started), 0.01))


def page() -> rx.Component:
    """Uses both vars, so that Reflex keeps them."""
    drawn: rx.Component = rx.box(
        rx.text(Plain.text), rx.foreach(Plain.rows, lambda row: rx.text(row["id"]))
    )
    return drawn


app = rx.App()
app.add_page(page, route="/", on_load=Plain.join)
app.register_lifespan_task(push)
