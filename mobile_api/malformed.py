"""The answer to what is no request at all: an address over 64 KB, a broken head.

The server refuses these before any of ours hears of them, so they have no route and no caller.
"""

from __future__ import annotations

from uuid import uuid4

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fleet_app.kernel.clock import utc_now
from mobile_api.envelope import MEDIA_TYPE, Failure, Meta, Problem

WORDS = "The request cannot be read: its address or one of its headers is malformed or too long"


class EnvelopeProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with refusals in the shape of all our answers."""

    def send_400_response(self, msg: str) -> None:
        """Say so and hang up: what follows on this connection cannot be told apart."""
        told = Problem(type="invalid_input", message=WORDS, fields={})
        meta = Meta(timestamp=utc_now(), request_id=uuid4().hex)
        body = msgspec.json.encode(Failure(code=400, error=told, meta=meta))
        head = (
            f"HTTP/1.1 400 Bad Request\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
