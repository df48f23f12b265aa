"""What a hash covers, and what is kept of values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import as_kept, hash_of

NOW = datetime(2026, 11, 22, 10, 15, 30, 123456, UTC)


def an_entry(**changes: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "chain": 1, "sequence": 7, "at": NOW, "actor_id": 3, "actor_name": "Elina",
        "actor_role": "dispatcher", "channel": "web", "address": "192.0.2.1", "request_id": "r",
        "action": "update", "kind": "vehicle", "object_id": 12, "label": "Van 12",
        "changes": {"a": [1, 2], "b": [None, "x"]}, "previous_hash": "0" * 64, "hash": "",
    }  # fmt: skip
    return AuditEntry(**values | changes)


@pytest.mark.parametrize(
    "change",
    [
        {"chain": 2}, {"sequence": 8}, {"at": NOW + timedelta(microseconds=1)}, {"actor_id": None},
        {"actor_name": "elina"}, {"actor_role": "driver"}, {"channel": "api"}, {"address": ""},
        {"request_id": "q"}, {"action": "delete"}, {"kind": "driver"}, {"object_id": None},
        {"label": "Van 1"}, {"changes": {}}, {"changes": {"a": [1, 3], "b": [None, "x"]}},
        {"changes": {"a": [1.0, 2], "b": [None, "x"]}}, {"previous_hash": "1" * 64},
    ],
    ids=str,
)  # fmt: skip
def test_the_hash_covers_everything_an_entry_says(change: dict[str, Any]):
    assert hash_of(an_entry(**change)) != hash_of(an_entry())


def test_the_hash_does_not_depend_on_what_is_the_same():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))
    turned = {"b": [None, "x"], "a": [1, 2]}
    same = an_entry(at=elsewhere, changes=turned, id=99, hash="f" * 64)
    assert hash_of(same) == hash_of(an_entry())


def test_words_cannot_move_from_one_field_to_the_next():
    moved = an_entry(actor_name="Elinadisp", actor_role="atcher")
    assert hash_of(moved) != hash_of(an_entry(actor_name="Elina", actor_role="dispatcher"))


def test_the_hash_never_changes_with_a_new_version_of_this_code():
    """Old entries must stay provable: whoever changes this number breaks every chain there is."""
    assert hash_of(an_entry()) == GOLDEN


GOLDEN = "6a38150e04923f456deae30e6e5018990d085ab9684c3a2ed39cc968b74dcd1a"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1e20, "100000000000000000000"), (1e16, 10**16), (-1e18, -(10**18)), (1e15, 1e15),
        (-0.0, 0.0), (1.0, 1.0), (0.1, 0.1), (float("nan"), None), (float("inf"), None),
        (2**63, str(2**63)), ("a\0b", "ab"), ("\ud800", "?"), ((1, [2]), [1, [2]]),
        (NOW, "2026-11-22T10:15:30.123456Z"), ({"k\0": -0.0}, {"k": 0.0}), ({3}, [3]),
    ],
    ids=repr,
)  # fmt: skip
def test_values_are_kept_as_the_database_gives_them_back(value: Any, kept: Any):
    found = as_kept({"f": [None, value]})["f"][1]
    assert found == kept
    assert type(found) is type(kept)
    assert str(found) == str(kept)
