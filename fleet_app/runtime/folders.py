"""Folders of the embedded engines: data, sockets, and who may enter them."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

LONGEST_SOCKET_PATH = 100
"""Bytes. Linux allows 107, other systems 103."""
SEARCH = stat.S_IXGRP | stat.S_IXOTH


def socket_folder(home: Path, engine: str, longest_name: str) -> Path:
    """A private folder for an engine's socket: `home/run/ENGINE`, or one in the temporary
    directory when that path would be too long for a unix socket."""
    folder = home.resolve() / "run" / engine
    if len(os.fsencode(folder / longest_name)) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"fleet-{os.getuid()}-{digest}-{engine}"


def make_private(folder: Path, user: tuple[int, int] | None = None) -> None:
    """Make `folder` with mode 0700, owned by `user`.

    Raises PermissionError when something else already sits there, which in a shared temporary
    directory may be an attack.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    allowed = {os.getuid(), user[0] if user else os.getuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in allowed:
        raise PermissionError(f"{folder} belongs to somebody else; remove it and try again")
    if user is not None:
        os.chown(folder, *user)
    folder.chmod(0o700)


def let_through(folder: Path) -> None:
    """Let other users pass through (not list) every parent of `folder`.

    Needed only for root, whose PostgreSQL runs as an ordinary user.
    """
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if mode & SEARCH != SEARCH:
            parent.chmod(mode | SEARCH)
