"""A web server that answers as an address service would, or as badly as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class AddressService:
    """What the server answers next, and what it was asked."""

    url: str
    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before the answer begins."""
    drip: float = 0.0
    """Seconds between two bytes of the answer."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)

    def answers(self, data: Any) -> None:
        """Answer with JSON from now on."""
        self.body = json.dumps(data).encode()


@contextmanager
def address_service() -> Iterator[AddressService]:
    """A server on a port of its own."""
    service = AddressService("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            service.asked.append((parts.path, dict(parse_qsl(parts.query))))
            service.agents.append(self.headers["User-Agent"])
            time.sleep(service.wait)
            try:
                self._answer()
            except OSError:  # the client did not wait
                self.close_connection = True

        def _answer(self) -> None:
            self.send_response(service.status)
            self.send_header("Content-Length", str(len(service.body)))
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not service.drip:
                self.wfile.write(service.body)
                return
            for byte in service.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(service.drip)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
