"""Reads small XML files of strangers: no document types, so no entities; bounded in every way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from fleet_app.kernel.errors import InvalidInput, TooLarge

MAX_ELEMENTS = 500_000
MAX_DEPTH = 60
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(slots=True)
class Element:
    """An element by its local name, with the text directly inside it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text directly inside."""
        return "".join(self.pieces)

    def text_of(self, name: str) -> str:
        """The text of the first child of this name, without blanks around it."""
        return next((child.text.strip() for child in self.children if child.name == name), "")

    def all(self, name: str) -> Iterator[Element]:
        """Every element of this name below, in order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)


def parse(data: bytes) -> Element:
    """The root element. Raises InvalidInput or TooLarge."""
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidInput("The file is damaged: it cannot be read as XML.") from error
    assert builder.root is not None  # expat refuses an empty document
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _UTF8:
            raise InvalidInput(f"The file is written in {encoding[:20]}. Save it as UTF-8.")

    def _refuse(self, *_: object) -> None:
        raise InvalidInput("The file declares a document type, which no map program does.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise TooLarge("The file has far more parts than zones need.")
        element = Element(name.rpartition(":")[2], attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1].pieces.append(text)
