"""JSON bodies whose shape only the domain knows."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request

from fleet_app.kernel.errors import InvalidInput

_decoder = msgspec.json.Decoder()


async def json_object(request: Request) -> dict[str, Any]:
    """The body as an object. Raises `InvalidInput`."""
    try:
        value = _decoder.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The body is not valid JSON: {error}") from None
    except RecursionError:
        raise InvalidInput("The body is nested too deeply") from None
    if not isinstance(value, dict):
        raise InvalidInput("The body must be an object")
    return value
