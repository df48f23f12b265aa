"""Last step before a child program runs: tie its life to its parent, then become that program.

Run by path with `python -I -S child.py OPTIONS -- COMMAND…`, so it uses the standard library
only. It is a separate small program because the alternative, code between fork and exec of a
threaded parent, can deadlock.

Options: `--parent PID` and `--death-signal N`: get that signal when the parent dies, whatever
killed it (Linux); `--user UID:GID`: give up root first.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> None:
    """Apply the options and exec the command; returns only by raising."""
    split = list(arguments).index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--user")
    options = parser.parse_args(list(arguments[:split]))
    command = list(arguments[split + 1 :])
    if options.user:
        _become(options.user)
    _die_with_parent(options.parent, options.death_signal)
    _restore_signals()
    os.execvp(command[0], command)  # noqa: S606 - there is no shell by design


def _become(user: str) -> None:
    uid, gid = (int(part) for part in user.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with_parent(parent: int, death_signal: int) -> None:
    # A change of user clears the request, so this comes after it.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it died before the request was made
        raise SystemExit(1)


def _restore_signals() -> None:
    # Ignored signals survive exec: a child of a `nohup`ed parent must still hear its stop signal.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main(sys.argv[1:])
