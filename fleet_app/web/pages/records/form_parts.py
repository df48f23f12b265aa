"""The form of a kind: its cards in two columns, messages, and meetings with other people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.web.components.alerts.rule_parts import rule_control, rule_sentence
from fleet_app.web.components.records.browser import FormKeeper
from fleet_app.web.components.records.inputs import FormVars, field_of
from fleet_app.web.pages.records.list_link import address_of_list
from fleet_app.web.states.records.form import RecordForm

FORM = FormVars(
    values=RecordForm.values,
    errors=RecordForm.errors,
    stamps=RecordForm.stamps,
    labels=RecordForm.labels,
    fleet=RecordForm.fleet,
    currency=RecordForm.currency,
    units=RecordForm.units,
    zone=RecordForm.zone,
    number=RecordForm.number,
    on_file=RecordForm.set_file,
)
Card = tuple[str, list[Spec]]
"""A group of fields and its name."""
_OUT_OF_ORDER = 4.0
"""How many lines of uneven columns are rather borne than cards that jump back to the other one."""
_HEIGHTS = {"address": 6, "photo": 2, "file": 2}


def record_form(kind: Kind, *, is_new: bool) -> rx.Component:
    """The form around the fields of `kind`."""
    return FormKeeper.create(
        newer_bar(kind, in_form=True),
        clashes(),
        problem(),
        rule_sentence() if kind.plural == "alert_rules" else rx.fragment(),
        rx.el.div(
            *(
                rx.el.div(
                    *(card(name, specs, kind) for name, specs in column), class_name="form-column"
                )
                for column in columns(groups(kind, is_new=is_new))
            ),
            class_name="form-columns",
        ),
        base=RecordForm.base,
        record=RecordForm.number,
        opened=RecordForm.opened,
        answered=RecordForm.answered,
        label=f"Create {kind.label.lower()}" if is_new else "Save",
        another="Save and add another" if is_new else "",
        back=address_of_list(kind),
        on_save=RecordForm.save,
        on_check=RecordForm.check,
        on_merge=RecordForm.merge,
    )


def groups(kind: Kind, *, is_new: bool) -> list[Card]:
    """The fields by their group, in the order in which groups first appear."""
    found: dict[str, list[Spec]] = {}
    for spec in kind.specs:
        if spec.input != "hidden" and (is_new or not spec.created_only):
            found.setdefault(spec.group or kind.label, []).append(spec)
    return list(found.items())


def card(name: str, specs: Sequence[Spec], kind: Kind) -> rx.Component:
    """A group of fields."""
    own = rule_control if kind.plural == "alert_rules" else _usual
    return rx.el.fieldset(
        rx.el.legend(name),
        rx.el.div(
            *(field_of(spec, KINDS, FORM, own(spec, FORM)) for spec in specs),
            class_name="form-grid",
        ),
        class_name="form-card",
    )


def _usual(_spec: Spec, _form: FormVars) -> None:
    """Most kinds leave every field its usual control."""


def problem() -> rx.Component:
    """What is wrong with the record as a whole."""
    return rx.cond(
        RecordForm.problem != "",
        rx.el.p(RecordForm.problem, class_name="form-error", role="alert", tab_index=-1),
        rx.fragment(),
    )


def newer_bar(kind: Kind, *, in_form: bool) -> rx.Component:
    """Somebody else changed the record that is shown; nothing is overwritten unasked."""
    act: dict[str, Any] = (
        {"custom_attrs": {"data-merge": "true"}}
        if in_form
        else {"on_click": RecordForm.catch_up({})}
    )
    return rx.cond(
        RecordForm.newer,
        rx.el.div(
            rx.icon("refresh-cw", size=15),
            rx.el.span(f"This {kind.label.lower()} was changed in the meantime."),
            rx.el.button("Show the changes", type="button", class_name="button small", **act),
            class_name="newer-bar",
            role="status",
            custom_attrs={"data-testid": "newer"},
        ),
        rx.fragment(),
    )


def clashes() -> rx.Component:
    """What somebody else changed meanwhile, and the choice where both did."""
    return rx.cond(
        RecordForm.clashes.length() > 0,
        rx.el.section(
            rx.el.h2("Somebody else changed this record in the meantime"),
            rx.el.p(
                "What you typed is still in the form. Look at the fields below, then save again.",
                class_name="quiet",
            ),
            rx.el.ul(rx.foreach(RecordForm.clashes, _clash)),
            class_name="clash-panel",
            role="alert",
            custom_attrs={"data-testid": "clashes"},
        ),
        rx.fragment(),
    )


def _clash(clash: Any) -> rx.Component:
    choice = rx.el.span(
        rx.el.button(
            "Take theirs",
            type="button",
            class_name="button small",
            on_click=RecordForm.take_theirs(clash["name"]),
        ),
        rx.el.button(
            "Keep mine",
            type="button",
            class_name="button small",
            on_click=RecordForm.keep_mine(clash["name"]),
        ),
        class_name="clash-choice",
    )
    both = rx.fragment(
        rx.el.span("Their value: ", rx.el.b(clash["theirs"])),
        rx.el.span("Your value: ", rx.el.b(clash["mine"])),
        choice,
    )
    return rx.el.li(
        rx.el.span(clash["title"], class_name="clash-title"),
        rx.cond(
            clash["open"], both, rx.el.span("is now ", rx.el.b(clash["theirs"]), " (taken over)")
        ),
        key=clash["name"],
    )


def columns(cards: list[Card]) -> list[list[Card]]:
    """The cards in two columns of about the same height, the first card on top of the first one.

    Cards that follow from one another are read down one column and then the other, unless the
    heights would be far apart.
    """
    if len(cards) < 2:
        return [cards]
    heights = [2 + sum(_height(spec) for spec in specs) for _, specs in cards]
    numbers = range(1, len(cards))
    parts = [set(part) for size in range(len(cards) - 1) for part in combinations(numbers, size)]

    def ugliness(part: set[int]) -> float:
        apart = abs(sum(heights) - 2 * (heights[0] + sum(heights[one] for one in part)))
        is_in_order = part == set(range(1, len(part) + 1))
        return apart + (0 if is_in_order else _OUT_OF_ORDER)

    left = min(parts, key=ugliness)
    return [
        [cards[one] for one in (0, *numbers) if (one == 0 or one in left) is wanted]
        for wanted in (True, False)
    ]


def _height(spec: Spec) -> float:
    """About how many lines a field takes; two narrow ones stand beside each other."""
    if spec.type in (FieldType.LONGTEXT, FieldType.LIST, FieldType.TAGS, FieldType.GEOMETRY):
        return 2
    if spec.name == "name":
        return 1
    return _HEIGHTS.get(spec.input, 0.5)
