"""Forms with a file in them, read while they arrive: no copy is kept, in memory or on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from fleet_app.kernel.errors import InvalidInput

LONGEST_FIELD = 64 * 1024
MOST_FIELDS = 20
OVERHEAD = LONGEST_FIELD + 64 * 1024
"""Bytes that a form may need around its file: fields, headers and boundaries."""


class UploadForm:
    """A `multipart/form-data` body with one file, after whatever other fields there are.

    `fields` are those before the file, `filename` is what the sender calls it, and `chunks()` its
    bytes, to be read once. `await UploadForm.read(request)` stops where the file begins.
    """

    def __init__(self, request: Request, field: str) -> None:
        self.fields: dict[str, str] = {}
        self.filename = ""
        self._request = request
        self._complete = False
        self._parts = _Parts(field, _boundary(request))

    @classmethod
    async def read(cls, request: Request, field: str = "file") -> UploadForm:
        """Read up to the file in the part named `field`.

        Raises `InvalidInput`, and what reading the body raises.
        """
        form = cls(request, field)
        while not form._parts.in_file and await form._more():
            pass
        if not form._parts.in_file:
            raise InvalidInput("A file is missing", fields={field: "is missing"})
        form.fields = form._parts.fields
        form.filename = form._parts.filename
        return form

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's bytes. The whole form has been read, and was complete, at the end."""
        more = True
        while more:
            while self._parts.ready:
                yield self._parts.ready.popleft()
            more = await self._more()
        while self._parts.ready:
            yield self._parts.ready.popleft()

    async def _more(self) -> bool:
        """Parse one piece of the body; False when there is none left."""
        if self._complete:  # nothing but the end of the connection could be waited for
            return False
        message = await self._request.receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        with _form_errors():
            self._parts.write(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._complete and not self._parts.ended:
            raise _malformed("The form ends too early")
        return True


class _Parts:
    """What the parser says, put together."""

    def __init__(self, field: str, boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self.filename = ""
        self.in_file = False
        self.ended = False
        self.ready: deque[bytes] = deque()
        self._field = field
        self._name = ""
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        with _form_errors():
            self._parser = MultipartParser(boundary, {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            })  # fmt: skip

    def write(self, data: bytes) -> None:
        if data and not self.ended:  # after the end there may be anything; it means nothing
            self._parser.write(data)

    def _begin(self) -> None:
        self._name, self._disposition = "", b""
        self._header, self._value = bytearray(), bytearray()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options and self._name == self._field:
            if self.in_file:
                raise _malformed("Please send one file at a time")
            self.in_file = True
            self.filename = options[b"filename"].decode("utf-8", "replace")
        elif self._name == self._field or b"filename" in options:
            raise InvalidInput(
                "The file is not where it is expected", fields={self._field: "is not a file"}
            )
        elif len(self.fields) >= MOST_FIELDS:
            raise _malformed("The form has too many fields")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._field:
            self.ready.append(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > LONGEST_FIELD:
            raise InvalidInput("A field is too long", fields={self._name: "is too long"})

    def _on_part_end(self) -> None:
        if self._name != self._field:
            self.fields[self._name] = self._value.decode("utf-8", "replace")
            self._value = bytearray()

    def _on_end(self) -> None:
        self.ended = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind.lower() != b"multipart/form-data" or not boundary:
        raise _malformed("Please send a form with the file in it (multipart/form-data)")
    return boundary


def _malformed(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"body": "is not a form with one file"})


@contextmanager
def _form_errors() -> Iterator[None]:
    try:
        yield
    except FormParserError:
        raise _malformed("The form cannot be read") from None
