"""Any body of a post is read or refused, and what is read is what was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.errors import InvalidInput
from mobile_api.decoding import decode_post

NOW = 1_795_342_530_000
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["2026-11-22T10:15:30Z", "2026-11-22T10:15:30", "\0", 1_795_342_530]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
fields = st.sampled_from(
    ["recorded_at", "latitude", "longitude", "speed", "heading", "accuracy", "altitude",
     "battery", "event_id", "attributes", "vehicle_id", "fixes"]
)  # fmt: skip
good = st.fixed_dictionaries(
    {
        "recorded_at": st.integers(0, 4_000_000_000),
        "latitude": st.floats(-90, 90),
        "longitude": st.floats(-180, 180),
    },
    optional={
        "speed": st.floats(0, 150),
        "heading": st.floats(0, 360),
        "event_id": st.text(min_size=1, max_size=64).filter(lambda text: "\0" not in text),
    },
)
odd = st.dictionaries(fields, values, max_size=8)


@given(st.one_of(values, odd, st.lists(st.one_of(good, odd), max_size=4)))
def test_any_json_is_read_or_refused_with_a_reason(body: Any) -> None:
    refused: InvalidInput | None = None
    try:
        post = decode_post(json.dumps(body).encode(), NOW)
    except InvalidInput as error:
        refused = error
    if refused is None:
        assert post.fixes
    else:
        assert refused.message
        assert all(refused.fields.values())


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        decode_post(body, NOW)
    except InvalidInput:
        return


@given(st.lists(good, min_size=1, max_size=5))
def test_good_fixes_come_out_as_they_went_in(body: list[dict[str, Any]]) -> None:
    post = decode_post(json.dumps({"fixes": body}).encode(), NOW)

    assert [(f.lat, f.lon) for f in post.fixes] == [(b["latitude"], b["longitude"]) for b in body]
    assert [f.recorded_at_ms for f in post.fixes] == [b["recorded_at"] * 1000 for b in body]
    assert [f.event_id for f in post.fixes] == [b.get("event_id") for b in body]


@given(st.lists(good, min_size=2, max_size=5), st.data())
def test_one_wrong_fix_refuses_the_post_and_is_named(
    body: list[dict[str, Any]], data: st.DataObject
) -> None:
    wrong = data.draw(st.integers(0, len(body) - 1))
    body = [*body[:wrong], {**body[wrong], "latitude": 95}, *body[wrong + 1 :]]
    with pytest.raises(InvalidInput) as caught:
        decode_post(json.dumps(body).encode(), NOW)

    assert list(caught.value.fields) == [f"[{wrong}].latitude"]
