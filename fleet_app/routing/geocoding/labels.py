"""Addresses in one line, as people of the country write them."""

from __future__ import annotations

_NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "IN", "LU", "NZ", "US", "ZA"})


def label_of(
    *,
    name: str = "",
    street: str = "",
    house_number: str = "",
    postcode: str = "",
    city: str = "",
    country: str = "",
) -> str:
    """For example "Kaivokatu 1, 00100 Helsinki"; unknown parts are left out."""
    order = (house_number, street) if country in _NUMBER_FIRST else (street, house_number)
    parts = (name, _joined(*order), _joined(postcode, city))
    return ", ".join(part for part in parts if part)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
