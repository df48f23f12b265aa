"""Where the groups of fields stand in the form of a record."""

from __future__ import annotations

import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.web.pages.records.form_parts import columns, groups


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        # Whom to tell comes before whom to tell when nobody cares.
        ("alert_rules", [["Rule", "Where", "How much"], ["When", "Whom", "Escalation"]]),
        # One column would be twice as long as the other.
        ("customers", [["Customer", "Wishes"], ["Address"]]),
    ],
)
def test_groups_are_read_down_one_column_and_then_the_other(
    plural: str, expected: list[list[str]]
) -> None:
    found = columns(groups(KINDS[plural], is_new=True))
    assert [[name for name, _ in column] for column in found] == expected
