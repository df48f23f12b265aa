"""What a fleet without alert rules is offered, above its lists of alerts and of rules."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.states.alerts.usual_rules import UsualRules


def usual_rules() -> rx.Component:
    """Nothing, where the fleet has rules or somebody may not make them."""
    offer = rx.el.section(
        rx.icon("bell-off", size=18),
        rx.el.p(
            rx.el.b("This fleet has no alert rules, so nothing raises an alert."),
            " The usual ones tell of speeding, silent trackers, failed deliveries and more, "
            "in the app only.",
        ),
        rx.el.button("Add the usual rules", type="button", class_name="button primary",
                     on_click=UsualRules.add, custom_attrs={"data-testid": "usual-rules"}),
        class_name="rules-offer",
        aria_label="Alert rules",
    )  # fmt: skip
    return rx.cond(UsualRules.offered, offer, rx.fragment())
