"""Addresses while they are typed, and the address under a pin."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import geocode as schemas

router = APIRouter(tags=["addresses"], dependencies=[allow("places.search")])


@router.get("/geocode", responses=schemas.SEARCH, response_class=Response)
async def find_addresses(
    request: Request, query: Annotated[schemas.SearchQuery, Query()]
) -> Response:
    """Places that a text may mean.

    `as_you_type` says whether to ask at every key stroke: some address services forbid that.
    `precision` is `address`, `interpolated` (between two houses), `street` or `place`.
    """
    geocoder = container(request).geocoder
    standing = geocoder.standing
    places = await geocoder.search(query.q, near=query.near, limit=query.limit)
    view = schemas.SearchView(
        ready=standing.ready,
        reason=standing.reason,
        as_you_type=standing.as_you_type,
        places=places,
    )
    return ok(request, view)


@router.get("/geocode/reverse", responses=schemas.POINT, response_class=Response)
async def find_address_at(
    request: Request, query: Annotated[schemas.PointQuery, Query()]
) -> Response:
    """The address at a point, at most about 200 m away; `place` is null when there is none."""
    geocoder = container(request).geocoder
    standing = geocoder.standing
    place = await geocoder.reverse(query.lat, query.lon)
    view = schemas.PointView(ready=standing.ready, reason=standing.reason, place=place)
    return ok(request, view)
