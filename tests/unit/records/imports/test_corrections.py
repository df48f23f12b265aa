"""Which imports belong together, and what was said of columns that come again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.imports.columns import WRONG
from fleet_app.records.imports.corrections import families, is_settled, mapping_from
from fleet_app.records.models import Import, ImportState

VANS = KINDS["vehicles"]


def an_import(number: int, corrects: int | None, right: int, failed: int) -> Import:
    return Import(
        id=number, user_id=1, kind="vehicles", filename=f"{number}.csv", file_key="",
        state=ImportState.DONE, corrects=corrects, created=right, failed=failed, taken=right,
    )  # fmt: skip


@st.composite
def related(draw: st.DrawFn) -> list[Import]:
    """Imports of which each may correct an earlier one."""
    made: list[Import] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        first = draw(st.sampled_from([None, *(one.id for one in made)]))
        rows = (draw(st.integers(0, 5)), draw(st.integers(0, 5)))
        made.append(an_import(number, first, *rows))
    return made


@given(related())
def test_no_more_is_corrected_than_was_wrong_and_nothing_without_a_correction(made: list[Import]):
    found = families(made, [])
    for one in made:
        family = found[one.id or 0]
        assert 0 <= family.corrected <= one.failed
        assert family.later or not family.corrected
        assert all((later.id or 0) > (one.id or 0) for later in family.later)
        assert (family.first is not None) == (one.corrects is not None)


@given(related())
def test_what_a_correction_gained_is_never_lost_by_another_one(made: list[Import]):
    first = made[0]
    before = families(made, [])[1].corrected
    more = an_import(len(made) + 1, first.id, 1, 0)
    assert families([*made, more], [])[1].corrected == min(first.failed, before + 1)


def test_columns_of_the_same_name_keep_their_places():
    first = Import(headers=["Name", "Name", "Plate"], mapping={"1": "name"})
    assert mapping_from(VANS, first, [WRONG, "Name", "Name", "Plate"]) == {"2": "name"}


@given(st.permutations(["Foo", "Plate", "Payload", WRONG]))
def test_columns_in_another_order_are_found_by_their_names(headers: list[str]):
    first = Import(headers=["Foo", "Plate", "Payload"], mapping={"0": "name", "2": "capacity_kg"})
    mapping = mapping_from(VANS, first, headers)
    assert {headers[int(index)]: name for index, name in mapping.items()} == {
        "Foo": "name", "Payload": "capacity_kg"
    }  # fmt: skip
    assert is_settled(Import(mapping=mapping), first)
    assert not is_settled(Import(mapping={"0": "name"}), first)
