"""Readings that are typed so that they can be taken for two numbers."""

from __future__ import annotations

from fleet_app.records.sheets.numerals import either_way, quoted

WAY = "km"
"""The unit of readings and ways: nobody reads metres off a dashboard, but many write `98.696`."""


def require_clear(text: str, unit: str | None, shown: str = WAY) -> None:
    """Raises ValueError when a way in kilometres can be thousands as well as decimals.

    `shown` is the unit that the form has it in.
    """
    if unit != WAY or not either_way(text):
        return
    digits = "".join(letter for letter in text if letter.isdigit() or letter in ".,")
    thousands = digits.replace(".", "").replace(",", "")
    decimals = f"{float(digits.replace(',', '.')):.1f}"
    raise ValueError(
        f"{quoted(text)} can mean {int(thousands):,} {shown} or {decimals} {shown}."
        f" Write {thousands} or {decimals}."
    )
