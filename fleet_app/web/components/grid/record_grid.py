"""The record grid as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_number, one_text, some_ids
from fleet_app.web.components.grid.sources import RECORD_GRID


class RecordGrid(rx.NoSSRComponent):
    """AG Grid over any record list of the API. Fills its parent, which must have a height."""

    library = RECORD_GRID.importable_path
    tag = "RecordGrid"
    lib_dependencies: list[str] = ["ag-grid-community@36.2.0", "ag-grid-react@36.2.0"]

    url: rx.Var[str]
    """The list of the API, such as `/api/v1/deliveries`."""
    columns: rx.Var[Any]
    """Column descriptions of the record kind: a list of dicts, or its JSON text."""
    shown: rx.Var[Any]
    """Ids of the columns to show, in order; empty shows the kind's defaults."""
    layout: rx.Var[Any]
    """Widths and pins of a saved view, as `on_layout` gave them; also the order when `shown` is
    empty."""
    query: rx.Var[str]
    """The page's part of the query (filters, `q`, `fleet_id`), without page, limit and sort.
    A change starts the list anew, with nothing selected."""
    sort: rx.Var[str]
    """The sorting, as the API writes it: `-created_at,name`."""
    page: rx.Var[int]
    """Which hundred of the rows is to be on the screen, counted from 1."""
    version: rx.Var[int]
    """A counter: the rows are fetched again in place whenever it changes."""
    selected: rx.Var[list[int]]
    """Ids of the selected records."""
    everything: rx.Var[bool]
    """Whether all records of the list count as selected, read or not."""
    open_id: rx.Var[int]
    """Id of the record that is open beside the list, 0 for none; its row is scrolled into view."""
    selectable: rx.Var[bool]
    """Whether records can be selected."""
    keeps: rx.Var[bool]
    """Whether the selection outlives a change of `query`, as what is ticked is kept elsewhere."""
    needs: rx.Var[str]
    """The flag that a record must have to be selected; empty when all can be."""
    needs_text: rx.Var[str]
    """What to say of a record without it."""
    empty_text: rx.Var[str]
    """What to say when there are no records at all."""
    filtered: rx.Var[bool]
    """Whether `query` narrows the list, which changes the wording."""
    filtered_text: rx.Var[str]
    """What to say when no record passes the filters; has a default."""
    live: rx.Var[str]
    """Overlay columns of type `live` with the page's live store: `vehicles` when the rows are
    vehicles, else the name of the field that holds a vehicle's id; empty for none."""
    changes: rx.Var[Any]
    """The latest pushed change notice: `{sequence, kind, ids}`, the kind being `created`, `updated`
    or `deleted`."""
    time_zone: rx.Var[str]
    """The fleet's time zone (IANA name); empty is the browser's."""
    units: rx.Var[str]
    """`metric` or `imperial`: the units of the fleet that the records belong to."""
    noun: rx.Var[str]
    """One record in words (`delivery`); taken from `url` when missing."""
    plural: rx.Var[str]
    """Several records in words (`deliveries`); taken from `url` when missing."""
    label: rx.Var[str]
    """The accessible name of the grid; the plural when missing."""
    theme: rx.Var[str]
    """`light` or `dark`; anything else follows the page."""

    on_open: rx.EventHandler[one_number]
    """A record was clicked, or Enter pressed on it: its id."""
    on_select: rx.EventHandler[some_ids]
    """The selection changed: all selected ids."""
    on_sort: rx.EventHandler[one_text]
    """The person sorted by a header: the new value for `sort`."""
    on_layout: rx.EventHandler[one_text]
    """Columns were moved, resized or pinned: JSON text `[{id, width, hidden, pinned}]` in order."""
    on_page: rx.EventHandler[one_number]
    """The person scrolled: which hundred of the rows is at the top of the screen."""
    on_total: rx.EventHandler[one_number]
    """How many records the list has."""
    on_show_all: rx.EventHandler[rx.event.no_args_event_spec]
    """The person wants the whole list, where no record passes the filters."""


def record_grid(**props: Any) -> rx.Component:
    """The record grid; see `RecordGrid` for its properties and events."""
    return RecordGrid.create(**props)
