"""News for programs and pages over a plain WebSocket: `/ws/v1`."""
