"""The demo's customers, at real addresses of the installed map. Pure but for reading the map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from fleet_app.routing.geocoding import ADDRESSES, list_addresses
from fleet_app.routing.geocoding.ports import Place
from fleet_app.simulation.demo.garage import DEPOTS
from fleet_app.simulation.demo.names import Name, customer_names, person, slug_of
from fleet_app.simulation.demo.reach import within_reach

CUSTOMERS = 400
_LOOKED_AT = 900
_HOUSE = re.compile(r"\d+(-\d+)? ?[A-Za-z]?")
_HOURS = {
    "cafe": ("Mon-Fri 06:30-10:00", "Mon-Sat 07:00-11:00", "Mon-Fri 13:00-16:00"),
    "shop": ("Mon-Fri 09:00-18:00; Sat 10:00-15:00", "Mon-Fri 10:00-14:00", "Mon-Sat 10:00-18:00"),
    "office": ("Mon-Fri 08:00-16:00", "Mon-Fri 09:00-12:00", "Mon-Fri 08:30-15:30"),
    "home": ("", "", "Mon-Fri 16:00-21:00", "Mon-Sun 17:00-21:00"),
}
_NOTES = ("", "", "", "", "", "Invoices go to the head office.", "Regular customer, two a week.",
          "Wants to be called half an hour before.", "Loading bay at the back.")  # fmt: skip


@dataclass(frozen=True)
class Client:
    """A customer to be stored."""

    number: int
    name: Name
    place: Place
    phone: str
    contact: str

    @property
    def reference(self) -> str:
        """What the customer is called in the order system."""
        return f"C-{1001 + self.number}"

    def columns(self, fleet_id: int) -> dict[str, Any]:
        """The customer's record."""
        random = Random(f"customer {self.number}")  # noqa: S311 - a demonstration
        private = self.name.sort == "home"
        contacts = [] if private else [{
            "name": self.contact, "phone": f"+358 50 555 {3000 + self.number:04}",
            "email": f"{slug_of(self.contact).replace('-', '.')}@{self.name.slug}.example",
        }]  # fmt: skip
        consents = random.random() < 0.8, random.random() < 0.55
        return {
            "fleet_id": fleet_id, "external_reference": self.reference, "name": self.name.text,
            "email": self.email, "phone": self.phone, "contacts": contacts,
            "address": self.place.label, "lat": self.place.lat, "lon": self.place.lon,
            "preferred_windows": random.choice(_HOURS[self.name.sort]),
            "language": random.choices(("fi", "sv", "en"), (80, 12, 8))[0],
            "consent_email": consents[0], "consent_sms": consents[1],
            "note": random.choice(_NOTES),
        }  # fmt: skip

    @property
    def email(self) -> str:
        """An address that no mail server answers for."""
        slug = self.name.slug
        home = self.name.sort == "home"
        return f"{slug}@post.example" if home else f"info@{slug}.example"


def usable_places(map_dir: Path, seed: int) -> list[Place]:
    """House addresses of the map that the fleet's vehicles get to and back from, each once, spread
    over it; [] where the map has none."""
    found: dict[str, Place] = {}
    for place in list_addresses(map_dir / ADDRESSES, _LOOKED_AT, seed=seed):
        if _HOUSE.fullmatch(place.house_number) and place.label.startswith(place.street):
            found.setdefault(place.label, place)
    return within_reach(list(found.values()), map_dir, CUSTOMERS + len(DEPOTS))


def clients_at(places: Sequence[Place], seed: int) -> list[Client]:
    """A customer for each place, at most `CUSTOMERS`."""
    random = Random(f"customers {seed}")  # noqa: S311
    count = min(CUSTOMERS, len(places))
    names = customer_names(count, random)
    return [
        Client(number, names[number], places[number], f"+358 50 555 {1000 + number:04}",
               person(random))
        for number in range(count)
    ]  # fmt: skip
