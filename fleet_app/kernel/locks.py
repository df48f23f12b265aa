"""Numbers of PostgreSQL's advisory locks, all in one place so that no two uses share one."""

from __future__ import annotations

MIGRATIONS = 4_242_421
"""One migrator at a time."""
PARTITIONS = 4_242_422
"""Days of history are made and dropped under this one."""
DEMO_DATA = 4_242_423
"""The demo fleet is completed by one process at a time."""
IN_TURN = 4_242
"""The first of the two numbers under which many changes of one kind and fleet take turns."""
MESSAGE_RATES = 4_243
"""The first of two numbers under which the messages of a channel are counted; the second is the
channel's."""
