"""A drop zone that sends one file, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_text
from fleet_app.web.components.grid.sources import FILE_POST


class FilePost(rx.NoSSRComponent):
    """Posts one dropped or chosen file (multipart field `file`) and shows the progress."""

    library = FILE_POST.importable_path
    tag = "FilePost"

    url: rx.Var[str]
    """Where the file is posted to."""
    fields: rx.Var[dict[str, Any]]
    """Further fixed fields of the form."""
    accept: rx.Var[str]
    """Kinds of file, as in HTML: `.csv,.xlsx` or `image/*`; empty accepts all."""
    max_bytes: rx.Var[int]
    """Larger files are refused before they are sent, bytes; 0 is no limit."""
    label: rx.Var[str]
    """The text of the button."""
    hint: rx.Var[str]
    """The text beside the button."""
    disabled: rx.Var[bool]
    """Whether files are taken."""

    on_done: rx.EventHandler[one_text]
    """The file arrived: the JSON text of the answer."""
    on_problem: rx.EventHandler[one_text]
    """The file was refused or could not be sent: why, in plain words (also shown in place)."""


def file_post(**props: Any) -> rx.Component:
    """The drop zone; see `FilePost` for its properties and events."""
    return FilePost.create(**props)
