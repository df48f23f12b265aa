"""The record screens' own browser components, as Reflex components."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_number
from fleet_app.web.components.records import sources


def texts_and_flag(
    texts: rx.Var[dict[str, Any]], flag: rx.Var[bool]
) -> tuple[rx.Var[dict[str, Any]], rx.Var[bool]]:
    """A form's texts, and whether another empty one is to follow."""
    return (texts, flag)


def some_texts(texts: rx.Var[dict[str, Any]]) -> tuple[rx.Var[dict[str, Any]]]:
    """A form's texts."""
    return (texts,)


def name_and_text(name: rx.Var[str], text: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    """One field."""
    return (name, text)


def nothing() -> tuple[()]:
    """An event without arguments."""
    return ()


class FormKeeper(rx.NoSSRComponent):
    """A form around its children: sends once, checks fields as they are left, asks before leaving.

    Ctrl S saves, Escape goes `back` when nothing is unsaved, e goes to the first field. Fields are
    anything with a `name`; what stands for one has `data-field`. A button with `data-merge` raises
    `on_merge`.
    """

    library = sources.FORM_KEEPER.importable_path
    tag = "FormKeeper"

    base: rx.Var[dict[str, str]]
    """The stored texts, to tell what was changed."""
    answered: rx.Var[int]
    """A counter that moves with every answer to `on_save`."""
    label: rx.Var[str]
    record: rx.Var[int]
    opened: rx.Var[str]
    """The record's id, and which form this is: what it is for, a colon, and a mark of this opening.
    A form for something else is built anew. When only the mark moves, what was typed stays, and is
    sent by `on_merge` for a stored record. A form that was opened on another page is not shown."""
    dirty: rx.Var[bool]
    """Whether something outside the form's fields is not saved yet."""
    another: rx.Var[str]
    """The button for saving and beginning another one; empty for none."""
    hint: rx.Var[str]
    back: rx.Var[str]

    on_save: rx.EventHandler[texts_and_flag]
    on_check: rx.EventHandler[name_and_text]
    on_merge: rx.EventHandler[some_texts]


class ManyPicker(rx.NoSSRComponent):
    """Chooses several records by typing parts of their names; the form gets their ids, or what
    they are called, with commas between them."""

    library = sources.MANY_PICKER.importable_path
    tag = "ManyPicker"

    url: rx.Var[str]
    """The list of the API that is searched."""
    name: rx.Var[str]
    title: rx.Var[str]
    """The field that names a record."""
    detail: rx.Var[list[str]]
    """Fields shown beside it, to tell records of one name apart."""
    value: rx.Var[str]
    named: rx.Var[bool]
    """Whether the form gets names instead of ids: `Van 3 #17` of what was just chosen."""
    fleet: rx.Var[int]
    input_id: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    placeholder: rx.Var[str]


class RecordPicker(rx.NoSSRComponent):
    """Chooses one record by typing a part of its name; the form gets its id under `name`."""

    library = sources.RECORD_PICKER.importable_path
    tag = "RecordPicker"

    url: rx.Var[str]
    """The list of the API that is searched."""
    name: rx.Var[str]
    title: rx.Var[str]
    """The field that names a record."""
    detail: rx.Var[list[str]]
    """Fields shown beside it, to tell records of one name apart."""
    value: rx.Var[Any]
    """The chosen id when the picker comes up; its name is `label`."""
    label: rx.Var[str]
    fleet: rx.Var[int]
    """Search this fleet only; 0 for the person's own."""
    input_id: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    required: rx.Var[bool]
    placeholder: rx.Var[str]
    accessible_name: rx.Var[str]

    on_pick: rx.EventHandler[one_number]
    """A record was chosen; 0 for none."""


class TagsInput(rx.NoSSRComponent):
    """Short words as chips; the form gets them with commas between."""

    library = sources.TAGS_INPUT.importable_path
    tag = "TagsInput"

    name: rx.Var[str]
    value: rx.Var[str]
    suggestions: rx.Var[list[str]]
    input_id: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    placeholder: rx.Var[str]


class ColorInput(rx.NoSSRComponent):
    """A colour as text, with a swatch to pick from."""

    library = sources.COLOR_INPUT.importable_path
    tag = "ColorInput"

    name: rx.Var[str]
    value: rx.Var[str]
    input_id: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]


class ChangeWatch(rx.NoSSRComponent):
    """Raises `on_change` when the page hears that the record changed. Shows nothing."""

    library = sources.CHANGE_WATCH.importable_path
    tag = "ChangeWatch"

    changes: rx.Var[Any]
    record_id: rx.Var[int]
    undone: rx.Var[int]
    """A counter; `on_undone` is raised when it moves, with what was typed and is not saved."""

    on_change: rx.EventHandler[nothing]
    on_undone: rx.EventHandler[some_texts]


class NewsWatch(rx.NoSSRComponent):
    """Raises `on_news` when the page hears of any changed records of some kinds. Shows nothing."""

    library = sources.NEWS_WATCH.importable_path
    tag = "NewsWatch"

    changes: rx.Var[Any]
    """The newest notice by kind."""
    kinds: rx.Var[list[str]]

    on_news: rx.EventHandler[nothing]


class StepPanel(rx.NoSSRComponent):
    """Around a small form that asks something before a step: its first field gets the focus, and
    Escape raises `on_close` rather than leaving the page."""

    library = sources.STEP_PANEL.importable_path
    tag = "StepPanel"

    missing: rx.Var[str]
    """What is said when a required field is empty."""
    problem: rx.Var[str]
    """What is wrong: the focus goes back to the first field when it is said."""

    on_close: rx.EventHandler[nothing]


class ShortcutsHelp(rx.NoSSRComponent):
    """A dialog with the page's keyboard shortcuts, opened by `?`."""

    library = sources.SHORTCUTS_HELP.importable_path
    tag = "ShortcutsHelp"

    entries: rx.Var[list[list[str]]]
    """Pairs of keys and what they do."""
