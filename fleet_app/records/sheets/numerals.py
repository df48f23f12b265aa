"""Numbers as people write them: marks between thousands, a comma or point before decimals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

Mark = Literal[",", "."]

_BLANKS = re.compile(r"[^\S\n\r]")
_INVISIBLE = dict.fromkeys([0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x00AD])
_LONGEST = 60
_MAX_EXPONENT = 30
_THOUSANDS = {
    ",": re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?"),
    ".": re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?"),
}
_DECIMALS = re.compile(r"(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)")
_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:[ '’][0-9]{3})+(?=[.,]|$)")
_EXPONENT = re.compile(r"(.+?)[eE]([+-]?[0-9]{1,3})")
_EITHER = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_EITHER_POINT = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_UNIT = re.compile(r"[^0-9.,+-]{1,12}")


def tidy(text: str) -> str:
    """Hard blanks made plain, invisible marks left out, blanks around it removed."""
    return _BLANKS.sub(" ", text.translate(_INVISIBLE)).strip()


def quoted(text: str) -> str:
    """The text in quotation marks, short enough for a message."""
    shown = tidy(text)
    return f"“{shown if len(shown) <= 40 else shown[:39] + '…'}”"


def decimal_mark(values: Iterable[str]) -> Mark | None:
    """The decimal mark of a column, from the values that can be read in one way only.

    None when no value tells, or when the values contradict each other.
    """
    seen = {evident_mark(value) for value in values} - {None}
    return seen.pop() if len(seen) == 1 else None


def evident_mark(text: str) -> Mark | None:
    """The decimal mark that one cell proves, whatever unit stands beside its number."""
    return _evident(_without_unit(text))


def either_way(text: str) -> bool:
    """Whether a cell can mean thousands as well as decimals: "1.234", "1,234 kg"."""
    digits = _without_unit(text)
    return bool(_EITHER.fullmatch(digits) or _EITHER_POINT.fullmatch(digits))


def two_ways(text: str) -> str:
    """The words in which such a cell is refused."""
    digits = _without_unit(text).replace(",", ".")
    return (
        f"{quoted(text)} can mean {digits.replace('.', '')} or {digits}."
        " Say above the columns how the file writes its numbers."
    )


def _without_unit(text: str) -> str:
    """The digits and marks of a cell; a text without digits becomes what no pattern fits."""
    digits = _bare(text)[1]
    if digits.replace(".", "").replace(",", "").isdecimal():
        return digits
    first = _UNIT.match(digits)
    bare = digits[first.end() :] if first else digits
    found = re.match(r"[0-9., '’]*[0-9]", bare)
    rest = bare[found.end() :] if found else bare
    return _bare(found[0])[1] if found and not any("0" <= c <= "9" for c in rest) else ""


def read_number(text: str, *, mark: Mark | None = None, unit: str | None = None) -> str:
    """A number with a point and without needless zeros: "1 234,50" becomes "1234.5".

    `mark` is the column's decimal mark (see `decimal_mark`); without it, "1.234" is read as it
    stands and "1,234" is refused, as it may mean either. `unit` may stand behind the number.
    """
    sign, digits = _bare(text, unit)
    exponent = 0
    if found := _EXPONENT.fullmatch(digits):
        digits, exponent = found[1], int(found[2])
    plain = _plain(digits, mark, text)
    if plain is None or len(digits) > _LONGEST or abs(exponent) > _MAX_EXPONENT:
        raise ValueError(f"{quoted(text)} is not a number. Write it like 1234.5.")
    return _canonical(Decimal(sign + plain).scaleb(exponent))


def read_integer(text: str, *, mark: Mark | None = None, unit: str | None = None) -> str:
    """A whole number; "12.0" is one, "12.5" is not."""
    number = read_number(text, mark=mark, unit=unit)
    if "." in number:
        raise ValueError(f"{quoted(text)} is not a whole number. Write it without decimals.")
    return number


def _bare(text: str, unit: str | None = None) -> tuple[str, str]:
    """The sign and the rest, in ASCII digits, without unit and without blanks between thousands."""
    shown = tidy(text).replace("−", "-")
    if unit and shown.casefold().endswith(unit.casefold()):
        shown = shown[: -len(unit)].rstrip()
    if unit and shown.casefold().startswith(unit.casefold()):
        shown = shown[len(unit) :].lstrip()
    shown = "".join(_digit(letter) for letter in shown[: _LONGEST * 2])
    sign = shown[0] if shown[:1] in ("+", "-") else ""
    digits = shown[len(sign) :].lstrip()
    spaced = _SPACED.match(digits)
    if spaced:
        digits = re.sub("[ '’]", "", spaced[0]) + digits[spaced.end() :]
    return ("-" if sign == "-" else ""), digits


def _digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _plain(digits: str, mark: Mark | None, text: str) -> str | None:
    """The digits with a point and no other mark; None when they are no number."""
    if mark is None and _EITHER.fullmatch(digits):
        whole, rest = digits.split(",")
        raise ValueError(
            f"{quoted(text)} can mean {whole}{rest} or {whole}.{rest}."
            " Write it without the comma, or with a point."
        )
    if mark != "," and _DECIMALS.fullmatch(digits) and "," not in digits:
        return _ended(digits)
    for decimal, pattern in _THOUSANDS.items():
        if pattern.fullmatch(digits) and mark in (None, decimal):
            return _ended(digits.replace("." if decimal == "," else ",", "").replace(",", "."))
    if _DECIMALS.fullmatch(digits):
        return _ended(digits.replace(",", "."))
    return None


def _ended(digits: str) -> str:
    return f"0{digits}" if digits.startswith(".") else digits.removesuffix(".")


def _evident(digits: str) -> Mark | None:
    """The decimal mark that a single value proves."""
    for decimal, pattern in _THOUSANDS.items():
        grouped = "." if decimal == "," else ","
        if pattern.fullmatch(digits) and (digits.count(grouped) > 1 or decimal in digits):
            return "," if decimal == "," else "."
    if not _DECIMALS.fullmatch(digits) or _EITHER.fullmatch(digits):
        return None
    if "," in digits:
        return ","
    return "." if "." in digits and not _EITHER_POINT.fullmatch(digits) else None


def _canonical(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
