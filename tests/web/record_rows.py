"""A hundred thousand deliveries of a test, listed the way the API lists records."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.web.component_page import Answer, Asked

MANY = 100_000
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=2</script>'
LONG = "Leave the parcel with the neighbour, ring twice, mind the dog. " * 6
STATUSES = (
    "created",
    "assigned",
    "out_for_delivery",
    "arriving",
    "completed",
    "failed",
    "returned",
)

COLUMNS: list[dict[str, Any]] = [
    {"id": "tracking_number", "title": "Tracking number", "type": "text", "width": 150},
    {
        "id": "status",
        "title": "Status",
        "type": "status",
        "options": [{"value": "out_for_delivery", "label": "Out for delivery"}],
    },
    {"id": "customer_id", "title": "Customer", "type": "reference"},
    {"id": "due", "title": "Due", "type": "date"},
    {"id": "updated_at", "title": "Updated", "type": "moment"},
    {"id": "weight_kg", "title": "Weight", "type": "number", "unit": "kg"},
    {"id": "price", "title": "Price", "type": "money", "unit": "EUR"},
    {"id": "signature", "title": "Signature", "type": "flag"},
    {"id": "tags", "title": "Tags", "type": "tags", "sortable": False},
    {"id": "instructions", "title": "Instructions", "type": "longtext"},
    {"id": "parcels", "title": "Parcels", "type": "integer", "hidden": True},
]


def row(number: int) -> dict[str, Any]:
    """The delivery of a number; the second and the third are there to make trouble."""
    updated = datetime.now(UTC) - timedelta(minutes=7 * number)
    named = {2: ATTACK, 3: None}.get(number, f"Customer {number % 400}")
    return {
        "id": number,
        "version": 1,
        "tracking_number": f"LF-{number:06}",
        "status": STATUSES[number % len(STATUSES)],
        "customer_id": number % 400,
        "customer": {"id": number % 400, "label": named} if named else None,
        "due": "2026-11-22",
        "updated_at": updated.isoformat(),
        "weight_kg": None if number == 3 else 1000 + number / 10,
        "price": number * 1.5,
        "signature": number % 2 == 0,
        "tags": [ATTACK] if number == 2 else ["fragile", "cold"] if number % 3 else [],
        "instructions": ATTACK if number == 2 else LONG if number == 4 else None,
        "parcels": number % 9,
    }


class Deliveries:
    """The list: sorted by number, one way or the other; troubles can be put in its way."""

    def __init__(self) -> None:
        self.total = MANY
        self.status = 200
        self.renamed: dict[int, str] = {}

    def answer(self, asked: Asked) -> Answer:
        """One page, or what stands in its way."""
        if self.status != 200:
            return self.status, "application/json", b'{"error": {"message": "Out of order."}}'
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        page, limit = int(query["page"]), int(query["limit"])
        numbers = range(1, (0 if query.get("q") == "nothing" else self.total) + 1)
        if query.get("sort", "").startswith("-"):
            numbers = numbers[::-1]
        rows = [self._row(n) for n in numbers[(page - 1) * limit : page * limit]]
        pagination = {"page": page, "limit": limit, "total": len(numbers)}
        body = {"data": rows, "meta": {"pagination": pagination}, "error": None}
        return 200, "application/json", json.dumps(body).encode()

    def _row(self, number: int) -> dict[str, Any]:
        given = row(number)
        if number in self.renamed:
            given["tracking_number"] = self.renamed[number]
        return given
