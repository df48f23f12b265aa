"""The planning board on a page of its own, over a plan that is told in fixed numbers."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from fleet_app.planning.board import (
    Board,
    BoardStop,
    Load,
    Order,
    Point,
    Problem,
    Row,
    Span,
    Totals,
    TrayItem,
)
from fleet_app.planning.publication.publishing import RowNews
from tests.web import component_page
from tests.web.component_page import COMPONENTS, PUBLISHED, Answer, Asked, Site, packed

SCRIPT = f"""
import {{ useState }} from "react";
import {{ createRoot }} from "react-dom/client";
import {{ PlanningBoard }} from "./{PUBLISHED}/planning/sources/PlanningBoard.jsx";

window.heard = [];
// What is drawn on the map is nowhere in the page: tests ask the map itself.
const probe = (opened) => {{
  window.opened = opened;
}};
const hear = (name) => (...given) => window.heard.push([name, ...given]);
function Stage({{ given }}) {{
  const [props, setProps] = useState(given);
  window.setProps = (change) => setProps((old) => ({{ ...old, ...change }}));
  return (
    <main className="content" style={{{{ height: "100dvh" }}}}>
      <PlanningBoard
        {{...props}} onDay={{hear("day")}} onPlan={{hear("plan")}} probe={{probe}}
      />
    </main>
  );
}}
window.stage = (given) =>
  createRoot(document.getElementById("root")).render(<Stage given={{given}} />);
window.ready = true;
"""
PACKAGES = ("live", "history", "records", "planning")
STYLES = ("tokens", "shell", "forms", "live", "grid", "overview", "records", "record-form",
          "planning")  # fmt: skip
DAY = date(2026, 3, 9)
ZONE = "Europe/Helsinki"
MIDNIGHT = datetime(2026, 3, 8, 22, tzinfo=UTC)
LAT, LON = 60.19, 24.94
DEPOT = Point(60.21, 24.90)
STREETS = ("Mannerheimintie", "Hämeentie", "Kaivokatu", "Runeberginkatu", "Mäkelänkatu", "Ratakatu")
TRADES = ("Bakery", "Oy", "Clinic", "Books")
NAMES = ("Aino Laine", "Eero Niemi", "Helmi Koski", "Ilmari Salo", "Kerttu Heikkinen",
         "Leo Rantanen", "Oona Virtanen", "Pekka Aalto")  # fmt: skip
GIVEN = {
    "day": DAY.isoformat(),
    "today": DAY.isoformat(),
    "zone": ZONE,
    "may": ["update", "publish", "template"],
}


def at(hours: float) -> datetime:
    """A moment of the day, by the fleet's clocks."""
    return MIDNIGHT + timedelta(hours=hours)


def an_order(number: int, **more: Any) -> Order:
    """A delivery somewhere in town, always at the same place for a number."""
    angle, reach = number * 2.399963, math.sqrt(number % 97 + 1) / 10
    place = {
        "lat": LAT + 0.09 * reach * math.sin(angle),
        "lon": LON + 0.2 * reach * math.cos(angle),
    }
    window = () if number % 3 else (Span(at(8 + number % 7), at(10 + number % 7)),)
    given = {
        "number": f"D-{1000 + number}",
        "customer": f"{NAMES[number % 8].split()[1]} {TRADES[number % 4]}",
        "address": f"{STREETS[number % 6]} {number % 90 + 1}, Helsinki",
        "windows": window,
        "service_s": 300 + 60 * (number % 8),
        "weight_kg": 10.0 + number % 40,
        "priority": "urgent" if number % 29 == 0 else "normal",
    }  # fmt: skip
    return Order(delivery_id=number, **(given | place | more))


def timed(row: Row) -> Row:
    """The row with simple times: ten minutes from stop to stop, and what is late flagged."""
    clock, stops, problems, late = row.shift.begins, [], [], 0
    for stop in row.stops:
        arrives = clock + timedelta(minutes=10)
        window = stop.order.windows[0] if stop.order.windows else None
        begins = max(arrives, window.begins) if window else arrives
        late_s = max(0, round((begins - window.ends).total_seconds())) if window else 0
        clock = begins + timedelta(seconds=stop.order.service_s)
        late += late_s
        if late_s:
            words = f"{late_s // 60} min after the customer's window"
            problems.append(Problem("window", words, stop.order.delivery_id))
        stops.append(
            msgspec.structs.replace(
                stop, arrives_at=arrives, begins_at=begins, departs_at=clock, late_s=late_s,
                drive_s=600, drive_m=4200, problems=("window",) if late_s else (),
            )
        )  # fmt: skip
    end = clock + timedelta(minutes=10) if stops else None
    peak = sum(stop.order.weight_kg or 0 for stop in stops)
    return msgspec.structs.replace(
        row, stops=tuple(stops), problems=tuple(problems), late_s=late, ends_at=end,
        starts_at=row.shift.begins if stops else None, distance_m=4200 * len(stops),
        drive_s=600 * len(stops), loads=(Load("kg", peak, 600.0),),
    )  # fmt: skip


def a_stop(order: Order) -> BoardStop:
    """The order on a row, not timed yet."""
    when = at(8)
    return BoardStop(
        order=order, arrives_at=when, begins_at=when, departs_at=when, drive_s=0, drive_m=0
    )


def a_board(rows: int = 8, stops: int = 12, tray: int = 9, **more: Any) -> Board:
    """A plan of so many rows, each with so many stops, and so many left over."""
    made = []
    for index in range(rows):
        numbers = range(1 + index * stops, 1 + (index + 1) * stops)
        row = Row(
            key=str(index + 1), vehicle_id=index + 1, vehicle=f"Van {index + 1}",
            vehicle_type="van", driver_id=None if index == 5 else index + 1,
            driver="" if index == 5 else NAMES[index % 8] + ("" if index < 8 else f" {index}"),
            depot_id=1, depot="Pasila", depot_at=DEPOT,
            shift=Span(at(7 + index % 3), at(16 + index % 3)),
            stops=tuple(a_stop(an_order(number)) for number in numbers),
            breaks=(Span(at(12), at(12.5)),) if index % 4 == 1 else (),
        )  # fmt: skip
        made.append(timed(row))
    rest = range(rows * stops + 1, rows * stops + tray + 1)
    words = ("No vehicle has the skill “cold”", "Too far for the shift", "")
    left = [TrayItem(an_order(one), "skill" if one % 3 < 2 else "", words[one % 3]) for one in rest]
    given: dict[str, Any] = {
        "id": 1, "fleet_id": 1, "date": DAY, "name": "Plan", "zone": ZONE, "currency": "EUR",
        "units": "metric", "version": 1,
    }  # fmt: skip
    return summed(Board(rows=tuple(made), tray=tuple(left), totals=Totals(), **(given | more)))


def summed(board: Board) -> Board:
    """The board with its figures."""
    stops = [stop for row in board.rows for stop in row.stops]
    late = [stop.late_s for stop in stops if stop.late_s]
    totals = Totals(
        rows=sum(bool(row.stops) for row in board.rows), stops=len(stops), left=len(board.tray),
        distance_m=4200 * len(stops), drive_s=600 * len(stops), work_s=1100 * len(stops),
        late_s=sum(late), late_stops=len(late),
        problems=sum(len(row.problems) for row in board.rows), cost=12.5 * len(stops),
        co2_kg=0.9 * len(stops),
    )  # fmt: skip
    return msgspec.structs.replace(board, totals=totals)


def moved(board: Board, edit: dict[str, Any]) -> Board:
    """What a server makes of a move."""
    known = {s.order.delivery_id: s for row in board.rows for s in row.stops}
    known |= {item.order.delivery_id: a_stop(item.order) for item in board.tray}
    going = [known[one] for one in edit["deliveries"]]
    gone = set(edit["deliveries"])
    rows = []
    for row in board.rows:
        place = len(row.stops) if edit.get("place") is None else edit["place"]
        before = [s for s in row.stops[:place] if s.order.delivery_id not in gone]
        after = [s for s in row.stops[place:] if s.order.delivery_id not in gone]
        stops = (*before, *(going if row.key == edit["to"] else ()), *after)
        rows.append(timed(msgspec.structs.replace(row, stops=tuple(stops))))
    tray = [item for item in board.tray if item.order.delivery_id not in gone]
    if not edit["to"]:
        tray = [*(TrayItem(stop.order) for stop in going), *tray]
    return summed(msgspec.structs.replace(board, rows=tuple(rows), tray=tuple(tray)))


@dataclass
class Desk:
    """The API behind the page: one plan, whose moves are made and taken back."""

    board: Board
    past: list[Board] = field(default_factory=list)
    stale: bool = False
    plans: list[dict[str, Any]] | None = None
    offers: list[dict[str, Any]] = field(default_factory=list)
    """What can be done about disruptions."""
    offer: dict[str, Any] = field(default_factory=dict)
    """What is found for whoever says that a vehicle is out."""
    forecast: list[RowNews] = field(default_factory=list)
    """What publishing would do."""

    def answer(self, asked: Asked) -> Answer:
        """What the API says."""
        status, data = self._said(asked)
        body = {"status": "success", "data": data}
        if status >= 400:
            body = {"status": "error", "data": None, "error": {"type": "x", "message": data}}
        return status, "application/json", msgspec.json.encode(body)

    def _said(self, asked: Asked) -> tuple[int, Any]:
        path, sent = asked.path.removeprefix("/api/v1"), json.loads(asked.body or b"null")
        if path == "/plans":
            one = {
                "id": 1,
                "name": self.board.name,
                "version": self.board.version,
                "published_at": None,
            }
            return 200, [one] if self.plans is None else self.plans
        if path == "/plans/1":
            return 200, self.board
        if path == "/plans/1/publication":
            return 200, {"version": self.board.version, "rows": self.forecast}
        if path == "/plans/1/edits":
            return self._edited(sent)
        if path == "/plans/1/undo" and self.past:
            version = self.board.version + 1
            self.board = msgspec.structs.replace(self.past.pop(), version=version, redo="Move")
            return 200, self.board
        if path == "/suggestions" and asked.method == "POST":
            self.offers.append(self.offer)
            return 200, self.offer
        if path.startswith("/suggestions"):
            return self._offered(*path.split("/")[2:])
        return 404, "Nothing is here"

    def _offered(self, number: str = "", what: str = "") -> tuple[int, Any]:
        status = {"accept": "accepted", "dismiss": "dismissed", "undo": "undone"}.get(what)
        if status is None:
            return 200, [one for one in self.offers if one["status"] in ("open", "accepted")]
        (one,) = [one for one in self.offers if one["id"] == int(number)]
        one |= {"status": status, "decided_at": at(8)}
        return 200, one

    def _edited(self, sent: Any) -> tuple[int, Any]:
        if self.stale:
            self.stale = False
            self.board = msgspec.structs.replace(self.board, version=self.board.version + 1)
            return 412, "Somebody else changed it"
        self.past.append(self.board)
        edit = sent["edit"]
        board = moved(self.board, edit) if edit["do"] == "move" else self.board
        self.board = msgspec.structs.replace(board, version=board.version + 1, undo="Move")
        return 200, self.board


def bundle(folder: Path, home: Path) -> None:
    """Make `folder/page.js` of the board and what it imports."""
    lay_out(folder)
    packed(folder, home, SCRIPT)


def lay_out(folder: Path) -> Path:
    """Put the scripts where the product publishes them; returns that folder."""
    published = component_page.lay_out(folder, PACKAGES)
    dialog = published / "modal" / "modal"
    dialog.mkdir(parents=True)
    shutil.copy(COMPONENTS / "modal" / "Modal.jsx", dialog)
    return published


class PlanSite(Site):
    """The page with the style sheets of the product."""

    def respond(self, asked: Asked) -> Answer:
        """The page, its files and what the API says."""
        if asked.path != "/":
            return super().respond(asked)
        links = "".join(f'<link rel="stylesheet" href="/styles/{name}.css">' for name in STYLES)
        page = (
            '<!doctype html><html lang="en"><head><title>Planning</title><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width">{links}'
            '<link rel="stylesheet" href="/page.css"></head>'
            '<body><div id="root"></div><script type="module" src="/page.js"></script></body>'
            "</html>"
        )
        return 200, "text/html; charset=utf-8", page.encode()
