"""What happens to deliveries: reporting it, and reading what happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.fetching import Fetching
from fleet_app.delivery.service import Changed, DeliveryLife
from fleet_app.kernel.errors import FleetError
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.schemas import delivery_life as schemas
from mobile_api.schemas.records import IF_MATCH
from mobile_api.versions import if_match

router = APIRouter(prefix="/deliveries", tags=["deliveries"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reporter = Annotated[Actor, allow("deliveries.set_status")]


@router.put(
    "/{delivery_id}/status",
    responses=schemas.STATUS,
    openapi_extra={"parameters": [IF_MATCH]},
    response_class=Response,
)
async def set_delivery_status(
    request: Request, actor: Reporter, delivery_id: Identifier, body: schemas.StatusBody
) -> Response:
    """Report what happened to a delivery. Drivers: on their own route, what happens on the road.

    What happened before the newest event known enters the history and leaves the status as it is
    (`late`). For 24 hours the office may take completed, returned or cancelled back to the status
    in `take_back_to`, by saying `taking_back`. With `If-Match` nothing happens to a delivery that
    has changed since you read it. `assigned` comes with a route, see `POST /routes`.
    """
    wish = body.wish(delivery_id, if_match(request))
    async with container(request).work() as session:
        (result,) = await DeliveryLife(session).change_many(actor, [wish])
        if isinstance(result, FleetError):
            raise result
    headers = {"ETag": f'"{result.delivery.version}"'}
    return ok(request, schemas.changed_view(result), headers=headers)


@router.put(
    "/{delivery_id}/picked-up",
    responses=schemas.PICKED_UP,
    openapi_extra={"parameters": [IF_MATCH]},
    response_class=Response,
)
async def report_pickup(
    request: Request, actor: Reporter, delivery_id: Identifier, body: schemas.PickedUpBody
) -> Response:
    """Report that the goods of a delivery were fetched at its pickup stop, or that this was a
    mistake. Drivers: on their own route.

    The status stays as it is, and the stop is done. Whoever is at a customer's door, or was, has
    fetched the goods, whether that was reported or not. With `If-Match` nothing happens to a
    delivery that has changed since you read it.
    """
    wish = body.wish(delivery_id, if_match(request))
    async with container(request).work() as session:
        delivery = await Fetching(session).report(actor, wish)
    headers = {"ETag": f'"{delivery.version}"'}
    return ok(request, schemas.picked_up_view(delivery), headers=headers)


@router.post("/status", responses=schemas.BULK, response_class=Response)
async def set_delivery_statuses(
    request: Request, actor: Reporter, body: schemas.StatusBulk
) -> Response:
    """Report up to 500 changes, such as a day's work of a phone that was offline.

    They are made in the order in which they happened, whatever order they come in. Each succeeds
    or fails by itself; the answer says which, in the order of the request.
    """
    wishes, stores = body.wishes(), container(request)
    sound = [wish for wish in wishes if not isinstance(wish, FleetError)]
    made: Iterator[Changed | FleetError] = iter(())
    if sound:
        async with stores.work(stores.patience) as session:
            made = iter(await DeliveryLife(session).change_many(actor, sound))
    results = [wish if isinstance(wish, FleetError) else next(made) for wish in wishes]
    views = [
        schemas.outcome_view(index, change, result)
        for index, (change, result) in enumerate(zip(body.changes, results, strict=True))
    ]
    return ok(request, views)


@router.get("/{delivery_id}/events", responses=schemas.EVENTS, response_class=Response)
async def delivery_events(
    request: Request,
    actor: Annotated[Actor, allow("deliveries.read")],
    delivery_id: Identifier,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """What happened to a delivery, in the order in which it happened."""
    async with container(request).work() as session:
        events, total = await DeliveryLife(session).events(
            actor, delivery_id, page=page, limit=limit
        )
    views = [schemas.event_view(event) for event in events]
    return ok(request, views, pagination=Pagination(page=page, limit=limit, total=total))
