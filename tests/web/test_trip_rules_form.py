"""A fleet's rules of trips in its form: in its units, in words, and told in the history."""

from __future__ import annotations

import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.units import Units
from fleet_app.web.components.records.units import usual_number
from fleet_app.web.states.records.history import RecordHistory
from tests.builders.screens import opened, typed


async def reads(container, fleet_id: int, units: Units) -> None:
    async with container.work() as session:
        (await session.get_one(Fleet, fleet_id)).units = units


@pytest.mark.parametrize(
    ("units", "low", "high"),
    [(Units.METRIC, "20", "200"), (Units.IMPERIAL, "12.5", "124.2")],
)
async def test_what_is_said_to_be_the_limit_is_taken(container, manager, units, low, high):
    await reads(container, manager.fleet_id, units)
    _, form = await opened(container, manager, f"/fleets/{manager.fleet_id}")
    for text, told in (("3", f"at least {low}"), ("700", f"at most {high}")):
        await form.check("speed_limit", text)
        assert form.errors["speed_limit"] == f"Speed limit of the fleet must be {told}"
    for text in (low, high):
        await form.save(typed(form, speed_limit=text), False)
        assert form.errors == {}
        assert form.values["speed_limit"] == text


async def test_history_tells_a_rule_in_words_and_units(container, manager):
    await reads(container, manager.fleet_id, Units.IMPERIAL)
    root, form = await opened(container, manager, f"/fleets/{manager.fleet_id}")
    await form.save(typed(form, stop_after_min="10", speed_limit="55", speeding_over="5"), False)
    await form.save(typed(form, stop_after_min="", speed_limit=""), False)
    log = await root.get_state(RecordHistory)
    await log.open()
    assert log.deeds[0]["lines"] == [
        ["A stop begins after", "10 min", "as usual (3 min)"],
        ["Speed limit of the fleet", "55 mph", "nothing"],
    ]
    assert log.deeds[1]["lines"][2] == [
        "Speeding begins above a limit by", "as usual (4.5 mph)", "5 mph"
    ]  # fmt: skip


def test_an_empty_field_shows_what_is_usual_in_the_units_of_the_fleet():
    over, stop = (KINDS["fleets"].by_name[name] for name in ("speeding_over", "stop_after_min"))
    assert usual_number(stop.usual, stop.unit, Units.METRIC) == "3"
    shown = str(usual_number(over.usual, over.unit, Units.METRIC))
    assert '"7.2"' in shown
    assert '"4.5"' in shown
