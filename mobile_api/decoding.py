"""From the bytes of a post to fixes: one fast pass, and a second, slow one to explain an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.models import Fix
from fleet_app.location.plausibility import implausible
from mobile_api.schemas.locations import (
    MAX_FIXES,
    MILLISECONDS_FROM,
    FixIn,
    LoosePost,
    PostIn,
)

_post = msgspec.json.Decoder(PostIn)
_single = msgspec.json.Decoder(FixIn)
_many = msgspec.json.Decoder(list[FixIn])
_loose_post = msgspec.json.Decoder(LoosePost)
_loose_many = msgspec.json.Decoder(list[msgspec.Raw])
_TYPES = get_type_hints(FixIn, include_extras=True)
_REQUIRED = {field.name for field in msgspec.structs.fields(FixIn) if field.required}
_MOST_ERRORS = 100
_NOUNS = {
    "int": "a whole number", "float": "a number", "str": "text", "object": "an object",
    "array": "a list", "bool": "true or false", "datetime": "a date and time",
    "int | float": "a number", "float | int": "a number",
}  # fmt: skip
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Expected str of length >= ([0-9]+)", "is too short: at least {0} characters"),
        (r"Expected str of length <= ([0-9]+)", "is too long: at most {0} characters"),
        (r"Expected \w+ of length >= ([0-9]+)", "has too few entries: at least {0}"),
        (r"Expected \w+ of length <= ([0-9]+)", "has too many entries: at most {0}"),
        (r"Expected [a-z| ]+ >= ([-+.0-9e]+)", "must be at least {0}"),
        (r"Expected [a-z| ]+ <= ([-+.0-9e]+)", "must be at most {0}"),
        (r"Expected [a-z| ]+ > ([-+.0-9e]+)", "must be more than {0}"),
        (r"Expected [a-z| ]+ < ([-+.0-9e]+)", "must be less than {0}"),
        (r"Expected .*datetime.*, got .*", "must be a date and time, or seconds since 1970"),
        (r"Expected ([a-z]+(?: \| (?:int|float))?)(?: \| null)?, got .*", "must be {0}"),
        (r"Invalid .*datetime.*", "must be a date and time, such as 2026-11-22T10:15:00Z"),
        (r"Object missing required field (\w+)", "{0} is missing"),
        (r"Object contains unknown field (\w+)", "{0} is not a field here"),
        (r"Number out of range|Integer value out of range", "is too large a number"),
        (r"Invalid (?:UTF-8|utf-8).*", "contains characters that are no text"),
    )
)
"""What the decoder says of a value, and how people say it."""
NUL = b"\\u0000"
"""How JSON has to write the one character that PostgreSQL cannot keep."""
NO_ZONE = "needs a time zone, e.g. 2026-11-22T10:15:30Z"


class Post(msgspec.Struct, frozen=True):
    """The fixes of one request, judged, and the vehicles they claim to speak for."""

    fixes: list[Fix]
    claimed_vehicles: set[int]


def decode_post(body: bytes, received_at_ms: int) -> Post:
    """Read a fix object, a list of fixes, or `{"fixes": […]}`.

    Raises `InvalidInput`, whose `fields` name every fix that is wrong; then none counts.
    """
    try:
        prefix, incoming, claimed = _decode(body)
        _check_count(len(incoming))
        if NUL in body:
            _refuse_nul(prefix, incoming)
        fixes = [_fix(fix, received_at_ms) for fix in incoming]
    except _NoZone:
        raise _invalid({f"{prefix(i)}recorded_at": NO_ZONE for i in _zoneless(incoming)}) from None
    except msgspec.ValidationError as error:
        raise _explained(body, _readable(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The body is not valid JSON: {error}") from None
    except RecursionError:
        raise InvalidInput("The body is nested too deeply") from None
    claimed |= {fix.vehicle_id for fix in incoming if fix.vehicle_id is not None}
    return Post(fixes, claimed)


def _refuse_nul(prefix: _Prefix, fixes: Sequence[FixIn]) -> None:
    fields: dict[str, str] = {}
    for index, fix in enumerate(fixes):
        if "\0" in (fix.event_id or ""):
            fields[f"{prefix(index)}event_id"] = "must not contain NUL"
        if any("\0" in f"{name}{value}" for name, value in (fix.attributes or {}).items()):
            fields[f"{prefix(index)}attributes"] = "must not contain NUL"
    if fields:
        raise _invalid(fields)


class _NoZone(Exception):
    """A local time: nobody knows where."""


class _Prefix:
    """Where the fix number `i` is in the body."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __call__(self, index: int) -> str:
        return self._pattern.replace("#", str(index))


SINGLE, LIST, WRAPPED = _Prefix(""), _Prefix("[#]."), _Prefix("fixes[#].")


def _decode(body: bytes) -> tuple[_Prefix, Sequence[FixIn], set[int]]:
    if body.lstrip()[:1] == b"[":
        return LIST, _many.decode(body), set()
    post = _post.decode(body)
    if post.fixes is msgspec.UNSET:
        return SINGLE, [_single.decode(body)], set()
    return WRAPPED, post.fixes, set() if post.vehicle_id is None else {post.vehicle_id}


def _check_count(count: int) -> None:
    if not 0 < count <= MAX_FIXES:
        message = f"must hold 1 to {MAX_FIXES} fixes, not {count}"
        raise InvalidInput(f"The post {message}", fields={"fixes": message})


def _fix(fix: FixIn, received_at_ms: int) -> Fix:
    recorded = fix.recorded_at
    if isinstance(recorded, datetime):
        if recorded.tzinfo is None:
            raise _NoZone
        moment = to_ms(recorded)
    else:
        moment = round(recorded if recorded >= MILLISECONDS_FROM else recorded * 1000)
    heading, accuracy = fix.heading, fix.accuracy
    return Fix(
        recorded_at_ms=moment,
        lat=fix.latitude,
        lon=fix.longitude,
        speed=fix.speed,
        heading=0.0 if heading == 360.0 else heading,
        accuracy=accuracy or None,  # phones say 0 when they do not know
        altitude=fix.altitude,
        battery=fix.battery,
        event_id=fix.event_id,
        attributes=fix.attributes or None,
        quarantine=implausible(fix.latitude, fix.longitude, moment, received_at_ms),
    )


def _zoneless(fixes: Sequence[FixIn]) -> Iterator[int]:
    for index, fix in enumerate(fixes):
        if isinstance(fix.recorded_at, datetime) and fix.recorded_at.tzinfo is None:
            yield index


def _explained(body: bytes, first: str) -> InvalidInput:
    """All that is wrong, found by looking at each fix alone; else what was found `first`."""
    fields: dict[str, str] = {}
    try:
        prefix, raws = _loose(body)
        _check_count(len(raws))
        for index, raw in enumerate(raws):
            fields.update(_problems(prefix(index), raw))
            if len(fields) >= _MOST_ERRORS:
                break
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fields = {}
    return _invalid(fields) if fields else InvalidInput(f"The body does not fit: {first}")


def _loose(body: bytes) -> tuple[_Prefix, list[msgspec.Raw]]:
    if body.lstrip()[:1] == b"[":
        return LIST, _loose_many.decode(body)
    post = _loose_post.decode(body)
    return (SINGLE, [msgspec.Raw(body)]) if post.fixes is msgspec.UNSET else (WRAPPED, post.fixes)


def _problems(prefix: str, raw: msgspec.Raw) -> Iterator[tuple[str, str]]:
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:  # a number that no float can hold
        yield prefix.rstrip(".") or "body", _readable(str(error))
        return
    if not isinstance(value, dict):
        yield prefix.rstrip(".") or "body", "must be an object"
        return
    for name, kind in _TYPES.items():
        if name in value:
            problem = _problem(value[name], kind)
            if problem:
                yield prefix + name, problem
        elif name in _REQUIRED:
            yield prefix + name, "is missing"


def _problem(value: Any, kind: Any) -> str | None:
    try:
        moment = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return _readable(str(error))
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return NO_ZONE
    return None


def _readable(message: str) -> str:
    """What the decoder says, in words of ours."""
    plain = message.replace("`", "").split(" - at ")[0]
    for pattern, words in _WORDS:
        if found := pattern.fullmatch(plain):
            named = [_NOUNS.get(one, one) for one in found.groups()]
            return words.format(*named)
    return "is not right"


def _invalid(fields: dict[str, str]) -> InvalidInput:
    count = len(fields)
    return InvalidInput(
        f"{count} value{'s are' if count > 1 else ' is'} not valid; nothing was stored",
        fields=fields,
    )
