"""One web process: `python -m fleet_app.runtime.serve DESCRIPTOR` serves on a listening socket."""

from __future__ import annotations

import gc
import logging
import socket
import sys

import uvicorn

from fleet_app.runtime.websocket import SharedFramesProtocol

APP = "fleet_app.fleet_app:app"
LARGEST_MESSAGE = 1_048_576
"""Bytes that a client may send at once: as much as pages' events may have."""
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def config() -> uvicorn.Config:
    """Uvicorn as the product runs it. No access log: device ids travel in URLs."""
    return uvicorn.Config(
        APP,
        factory=True,
        loop="uvloop",
        http="mobile_api.malformed:EnvelopeProtocol",
        ws=SharedFramesProtocol,
        # Frames are dense already, and a compressor costs memory in every connection.
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_MESSAGE,
        access_log=False,
        proxy_headers=True,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=8,
        log_config=None,  # its lines go where ours go, in the same format
        log_level="warning",  # "info" writes socket URLs, which carry session tokens
    )


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    # Thousands of long-lived sessions: with default thresholds full collections take a third of
    # the time of every broadcast.
    gc.set_threshold(50_000, 20, 50)
    listener = socket.socket(fileno=int(sys.argv[1]))
    uvicorn.Server(config()).run(sockets=[listener])


if __name__ == "__main__":
    main()
