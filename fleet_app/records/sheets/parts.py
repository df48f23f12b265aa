"""Follows one XML part of a spreadsheet and stops it before it can do harm."""

from __future__ import annotations

from xml.parsers import expat

from fleet_app.kernel.errors import InvalidInput, TooLarge
from fleet_app.records.sheets.model import MB, Source

_MAX_STRINGS = 64 * MB
_MAX_UNITS = 1_100_000
_MAX_ELEMENTS = 250_000
_MAX_UNIT_BYTES = 32 * MB
_MAX_TEXT_BYTES = MB
_UNITS = frozenset({"row", "si"})
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class Watch:
    """Follows one XML part and raises as soon as it is not what a spreadsheet program writes."""

    def __init__(self, name: str, source: Source) -> None:
        self._source = source
        self._must_be_whole = name.lower().endswith((".xml", ".rels"))
        self._over = False
        self._elements = self._seen = self._units = 0
        self._unit_bytes = self._text_bytes = self._bytes = 0
        self._unit_seen = self._strings = False
        self._formula = self._typed_text = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartElementHandler = self._element

    def feed(self, chunk: bytes) -> None:
        """The next piece of the part."""
        if not self._over:
            seen, units = self._seen, self._units
            self._parse(chunk, final=False)
            self._weigh(len(chunk), seen != self._seen, units != self._units)

    def finish(self) -> None:
        """The part has ended."""
        if not self._over:
            self._parse(b"", final=True)
            self._settle()

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            # Drawings of old programs are no proper XML, and nobody here reads them.
            if self._must_be_whole:
                raise broken(self._source) from error
            self._over = True

    def _weigh(self, size: int, element: bool, unit: bool) -> None:
        """No text, row or string may be so long that holding it hurts."""
        self._bytes += size
        self._text_bytes = 0 if element else self._text_bytes + size
        self._unit_bytes = 0 if unit else self._unit_bytes + size
        too_much = self._strings and self._bytes > _MAX_STRINGS
        if too_much or self._text_bytes > _MAX_TEXT_BYTES or self._unit_bytes > _MAX_UNIT_BYTES:
            raise bomb(self._source)

    def _refuse(self, *_: object) -> None:
        raise broken(self._source)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8:
            raise broken(self._source)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._seen += 1
        self._elements += 1
        if local in _UNITS:
            self._elements = 0
            self._units += 1
            self._strings = local == "si"
        if self._elements > _MAX_ELEMENTS or self._units > _MAX_UNITS:
            raise bomb(self._source)
        if local == "c":
            self._settle()
            self._typed_text = attributes.get("t") == "str"
        elif local == "f" and self._units:
            self._formula = not self._typed_text
        elif local == "v" and self._formula:
            self._parser.CharacterDataHandler = self._result

    def _result(self, _text: str) -> None:
        """The formula has a result."""
        self._formula = False
        self._parser.CharacterDataHandler = None

    def _settle(self) -> None:
        """At the end of a cell: a formula without result would be read as an empty cell."""
        self._parser.CharacterDataHandler = None
        if self._formula:
            raise self._source.invalid(
                "holds formulas that were never calculated. Open it in your spreadsheet program,"
                " save it, and try once more."
            )


def bomb(source: Source) -> TooLarge:
    """Unpacked, the file would be far more than a table needs."""
    return source.too_large(
        "becomes far too large when it is unpacked. Copy the table alone into a new file and save"
        " it as .xlsx or .csv."
    )


def broken(source: Source) -> InvalidInput:
    """The file claims to be a spreadsheet and cannot be read as one."""
    return source.invalid(
        "is damaged and cannot be read. Open it in your spreadsheet program, save it again as"
        " .xlsx or .csv, and try once more."
    )
