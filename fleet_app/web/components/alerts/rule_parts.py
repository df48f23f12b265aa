"""Parts of the form of an alert rule, as Reflex components."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.notification.kinds import ONLY_FOR
from fleet_app.records.fields import Spec
from fleet_app.web.components.alerts.sources import RULE_FORM
from fleet_app.web.components.records.browser import ManyPicker
from fleet_app.web.components.records.inputs import FormVars, searching

_ROLES = (
    ("dispatcher", "Dispatchers"),
    ("fleet_manager", "Fleet managers"),
    ("driver", "The driver whom it is about"),
)
_WAYS = (
    ("in_app", "In the app"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("web_push", "Browser, even when the app is closed"),
    ("push", "Phone"),
    ("webhook", "Webhook of the fleet"),
)
_CHOICES = {
    "roles": _ROLES, "escalate_roles": _ROLES, "channels": _WAYS, "escalate_channels": _WAYS,
}  # fmt: skip


_PICKED = {"vehicles": "vehicles", "drivers": "drivers", "people": "users",
           "escalate_people": "users"}  # fmt: skip
"""Fields of names, and the records that they name."""
_NOBODY = {"vehicles": "All vehicles", "drivers": "All drivers"}
"""What it means that nothing is chosen."""


class RuleSentence(rx.NoSSRComponent):
    """What the form around it says, in a sentence. Hides fields that the event has no use for."""

    library = RULE_FORM.importable_path
    tag = "RuleSentence"

    only: rx.Var[dict[str, list[str]]]
    """Fields that are for some events only, and for which."""


class ChoiceBoxes(rx.NoSSRComponent):
    """Some of a few known words, as check boxes."""

    library = RULE_FORM.importable_path
    tag = "ChoiceBoxes"

    name: rx.Var[str]
    value: rx.Var[str]
    options: rx.Var[list[dict[str, str]]]
    input_id: rx.Var[str]
    described_by: rx.Var[str]


def rule_sentence() -> rx.Component:
    """The rule in words."""
    only = {name: sorted(one.value for one in events) for name, events in ONLY_FOR.items()}
    return RuleSentence.create(only=only)


def rule_control(spec: Spec, form: FormVars) -> rx.Component | None:
    """Check boxes where a field takes some of a few words, a picker where it takes records; None
    for the usual control."""
    if spec.name in _PICKED:
        return _picker(spec, form)
    choices = _CHOICES.get(spec.name)
    if choices is None:
        return None
    value: Any = rx.cond(form.values.contains(spec.name), form.values[spec.name], "")
    return ChoiceBoxes.create(
        name=spec.name,
        value=value,
        options=[{"value": word, "label": label} for word, label in choices],
        input_id=f"field-{spec.name}",
        described_by=f"field-{spec.name}-help field-{spec.name}-error",
    )


def _picker(spec: Spec, form: FormVars) -> rx.Component:
    found = searching(KINDS[_PICKED[spec.name]])
    found["placeholder"] = _NOBODY.get(spec.name, found["placeholder"])
    return ManyPicker.create(
        **found,
        name=spec.name,
        named=True,
        value=rx.cond(form.values.contains(spec.name), form.values[spec.name], ""),
        fleet=form.fleet,
        input_id=f"field-{spec.name}",
        described_by=f"field-{spec.name}-help field-{spec.name}-error",
        invalid=form.errors.contains(spec.name),
    )
