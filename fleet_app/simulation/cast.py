"""Who and what plays in the demo: a courier company in Helsinki. Names only, no secrets."""

from __future__ import annotations

from dataclasses import dataclass

from fleet_app.fleet.models import VehicleType

FLEET = "Helsinki Couriers"
TIME_ZONE = "Europe/Helsinki"
DOMAIN = "helsinki-couriers.example"
ADMINISTRATOR = "Aino Salo"
MANAGER = "Elina Virtanen"
DISPATCHER = "Mikko Laine"
CLIENT = "Kaisa Aamunen"
"""Somebody at the customer's."""
COMPANY = {
    "working_hours": "Mon-Sun 00:00-24:00",
    "brand_name": "HelCo",
    "brand_color": "#0f766e",
    "support_phone": "+358 9 5550 1000",
    "support_email": f"help@{DOMAIN}",
}
"""The fleet's settings beyond its name and time zone."""
CUSTOMER = "Kahvila Aamu"
ADDRESS = "Kalevankatu 16, 00100 Helsinki"
DESTINATION = (60.1666, 24.9348)
"""(lat, lon) of `ADDRESS`."""
TRACKING_NUMBER = "HC-2000417"
PHONE_TRACKERS = 2
"""The last vehicles report through a tracking app with a device token."""


@dataclass(frozen=True)
class Crew:
    """A vehicle and its driver."""

    number: int
    registration: str
    type: VehicleType
    driver: str

    @property
    def name(self) -> str:
        """What the vehicle is called on the map."""
        return f"{self.type.value.capitalize()} {self.number:02}"

    @property
    def email(self) -> str:
        """The driver's login."""
        plain = self.driver.lower().translate(str.maketrans("äöå ", "aoa."))
        return f"{plain}@{DOMAIN}"

    @property
    def license_number(self) -> str:
        """The driver's licence."""
        return f"FI-{410_000 + self.number * 137}"

    @property
    def phone(self) -> str:
        """A number of the range that is reserved for fiction."""
        return f"+358 50 555 {self.number:04}"


_TYPES = {"v": VehicleType.VAN, "t": VehicleType.TRUCK, "c": VehicleType.CAR,
          "b": VehicleType.BIKE, "s": VehicleType.SCOOTER}  # fmt: skip
_ROWS = """
v KLA-214 Antti Korhonen|v MYR-508 Sanna Mäkinen|v JPT-731 Jari Nieminen|v CHF-662 Päivi Hämäläinen
t ZLM-190 Timo Heikkinen|v NKE-845 Laura Koskinen|v IRV-327 Ville Järvinen|c GOU-416 Hanna Lehtonen
v BTX-953 Juha Saarinen|v FNK-278 Katja Salminen|v OUP-604 Marko Heinonen|t XRS-137 Pekka Niemi
v LTK-482 Tiina Turunen|c VBM-759 Sami Rantanen|v HJA-366 Riikka Laitinen|v RCE-921 Janne Kallio
v SYN-543 Outi Ojala|t TGI-808 Kari Ahonen|v EPZ-175 Niina Leppänen|v UKO-639 Teemu Manninen
c AVL-294 Heidi Lindqvist|v YMR-717 Olli Karjalainen|b CB-0031 Emma Peltonen|s SC-0412 Leo Aaltonen
b CB-0047 Iida Hiltunen
"""
CREWS = tuple(
    Crew(number, row.split()[1], _TYPES[row.split()[0]], row.split(maxsplit=2)[2])
    for number, row in enumerate(_ROWS.replace("\n", "|").strip("|").split("|"), start=1)
)
"""All 25 vehicles and drivers."""
