"""Entries in words."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.audit.models import AuditEntry
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import utc_now
from fleet_app.records.service import HIDDEN
from fleet_app.records.wording import Wording, action_words


def an_entry(kind: str, changes: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        id=1, chain=1, sequence=1, at=utc_now(), actor_name="A", actor_role="dispatcher",
        channel="web", action="update", kind=kind, object_id=1, changes=changes,
        previous_hash="", hash="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("vehicle", {"name": ["A", "B"]}, "Name: A → B"),
        ("vehicle", {"status": ["active", "workshop"]}, "In service: Active → Workshop"),
        ("vehicle", {"capacity_kg": [900.0, None]}, "Payload: 900 kg → nothing"),
        ("vehicle", {"capacity_kg": [3500.0, 3500.5]}, "Payload: 3500 kg → 3500.5 kg"),
        ("unknown", {"length": [2.0, 1e300]}, "Length: 2 → 1e+300"),
        ("delivery", {"status": ["assigned", "out_for_delivery"]},
         "Status: Assigned → Out for delivery"),
        ("delivery", {"failure_reason": [None, "nobody_home"]}, "Failure reason: Nobody home"),
        ("vehicle", {"depot_id": [None, 3]}, "Depot: no. 3"),
        ("vehicle", {"skills": [[], ["cooled", "heavy"]]}, "Skills: cooled, heavy"),
        ("user", {"is_active": [True, False]}, "May sign in: yes → no"),
        ("user", {"password_hash": [HIDDEN, HIDDEN]}, "Password changed"),
        ("delivery", {"window_from": [None, "2026-11-22T10:15:00Z"]},
         "From: 22 Nov 2026 10:15 UTC"),
        ("work_order", {"started_at": [None, "2026-11-22T18:39:52.277492Z"]},
         "Started: 22 Nov 2026 18:39 UTC"),
        ("unknown", {"seen_at": [None, "2026-11-22T18:39:52.277492Z"]},
         "Seen at: 22 Nov 2026 18:39 UTC"),
        ("vehicle", {"odometer_m": [0.0, 98_696.4]}, "Odometer: 98.7 km"),
        ("vehicle", {"odometer_m": [98_696.4, 120_000]}, "Odometer: 98.7 km → 120 km"),
        ("vehicle", {"engine_s": [0.0, 7_632_000]}, "Engine hours: 2,120 h"),
        ("customer", {"contacts": [[], [{"name": "Liisa", "phone": "", "email": "l@x.fi"}]]},
         "Contacts: Liisa l@x.fi"),
        ("unknown", {"some_thing": [None, {"a": 1}]}, "Some thing: 1"),
        ("vehicle", {}, ""),
        ("vehicle", {"odd": []}, "Odd: nothing"),
        ("vehicle", {"undone_entry": [None, 7], "name": ["B", "A"]},
         "Name: B → A; Takes back: an earlier change, no. 7 in the audit log"),
    ],
    ids=str,
)  # fmt: skip
def test_changes_in_words(kind: str, changes: dict[str, Any], words: str):
    assert Wording(KINDS).summary(an_entry(kind, changes)) == words


def test_many_and_long_changes_stay_one_short_line():
    changes = {f"field_{number}": ["x" * 500, "y" * 500] for number in range(12)}
    summary = Wording(KINDS).summary(an_entry("vehicle", changes))
    assert summary.endswith("; 8 more")
    assert len(summary) < 700


def test_every_action_has_words():
    assert action_words("create") == "Created"
    assert action_words("set_odometer") == "Odometer set"
