"""`python -m bench._serve MODULE:APP DESCRIPTOR`: an ASGI app served as the product is."""

from __future__ import annotations

import gc
import socket
import sys

import uvicorn


def serve(application: str, listener: socket.socket) -> None:
    """Serve until SIGTERM, tuned as the product's web process is."""
    gc.set_threshold(50_000, 20, 50)
    config = uvicorn.Config(
        application, factory=True, loop="uvloop", access_log=False, lifespan="on",
        timeout_graceful_shutdown=3, log_level="info",
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
