"""The delivery log, a person's own browsers and phones, and a fleet's webhook."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.notification.channels.log import DeliveryLog
from fleet_app.notification.channels.places import OwnPlaces, Webhooks
from fleet_app.notification.channels.query import parse_log_query
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.schemas import notifications as schemas

router = APIRouter(tags=["notifications"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("notifications.read")]
Manager = Annotated[Actor, allow("notifications.manage")]
Self = Annotated[Actor, allow("account.use")]


@router.get(
    "/notifications",
    responses=schemas.LIST,
    openapi_extra={"parameters": schemas.PARAMETERS},
    response_class=Response,
)
async def list_notifications(request: Request, actor: Reader) -> Response:
    """Messages that were, will or would have been sent, newest first."""
    query = parse_log_query(request.query_params.multi_items())
    async with container(request).work() as session:
        rows, total = await DeliveryLog(session).page(actor.principal, query)
    pagination = Pagination(query.page, query.limit, total)
    return ok(request, [schemas.message_view(row) for row in rows], pagination=pagination)


@router.get("/notifications/{notification_id}", responses=schemas.ONE, response_class=Response)
async def get_notification(
    request: Request, actor: Reader, notification_id: Identifier
) -> Response:
    """One message, with its text and every try at sending it."""
    async with container(request).work() as session:
        row, tries = await DeliveryLog(session).one(actor.principal, notification_id)
    return ok(request, schemas.detail_view(row, tries))


@router.post(
    "/notifications/{notification_id}/retry", responses=schemas.RETRIED, response_class=Response
)
async def retry_notification(
    request: Request, actor: Manager, notification_id: Identifier
) -> Response:
    """Send a message again that was refused, given up or not sent for want of a channel."""
    async with container(request).work() as session:
        row = await DeliveryLog(session).retry(actor, notification_id)
    return ok(request, schemas.message_view(row))


@router.get("/account/push-key", responses=schemas.KEY, response_class=Response)
async def get_push_key(request: Request, _: Self) -> Response:
    """The `applicationServerKey` for browsers; null where they are not notified."""
    vapid = container(request).channels.vapid
    return ok(request, {"public_key": vapid.public_key if vapid else None})


@router.get("/account/push-subscriptions", responses=schemas.BROWSERS, response_class=Response)
async def list_push_subscriptions(request: Request, actor: Self) -> Response:
    """Your browsers that show notifications."""
    async with container(request).work() as session:
        rows = await OwnPlaces(session, actor).browsers()
    return ok(request, [schemas.subscription_view(row) for row in rows])


@router.post(
    "/account/push-subscriptions",
    status_code=201,
    responses=schemas.BROWSER_ADDED,
    openapi_extra=schemas.body(schemas.SUBSCRIBE),
    response_class=Response,
)
async def add_push_subscription(
    request: Request, actor: Self, body: schemas.SubscriptionCreate
) -> Response:
    """Have a browser show your notifications. Sent again, it is the same browser."""
    box = container(request)
    async with box.work() as session:
        row = await OwnPlaces(session, actor).add_browser(
            body.endpoint,
            body.keys.p256dh,
            body.keys.auth,
            body.name,
            private=box.settings.private_addresses,
        )
    return ok(request, schemas.subscription_view(row), status=201)


@router.delete(
    "/account/push-subscriptions/{subscription_id}",
    responses=schemas.BROWSER_GONE,
    response_class=Response,
)
async def remove_push_subscription(
    request: Request, actor: Self, subscription_id: Identifier
) -> Response:
    """Have a browser of yours show nothing any more."""
    async with container(request).work() as session:
        row = await OwnPlaces(session, actor).remove_browser(subscription_id)
    return ok(request, schemas.subscription_view(row))


@router.get("/account/push-tokens", responses=schemas.PHONES, response_class=Response)
async def list_push_tokens(request: Request, actor: Self) -> Response:
    """Your phones that show notifications."""
    async with container(request).work() as session:
        rows = await OwnPlaces(session, actor).phones()
    return ok(request, [schemas.token_view(row) for row in rows])


@router.post(
    "/account/push-tokens",
    status_code=201,
    responses=schemas.PHONE_ADDED,
    openapi_extra=schemas.body({"token": "fMEP0vJqS0:APA91bHqX7QaZ9", "name": "Pixel"}),
    response_class=Response,
)
async def add_push_token(request: Request, actor: Self, body: schemas.TokenCreate) -> Response:
    """Have a phone show your notifications. Sent again, it is the same phone."""
    async with container(request).work() as session:
        row = await OwnPlaces(session, actor).add_phone(body.token, body.name)
    return ok(request, schemas.token_view(row), status=201)


@router.delete(
    "/account/push-tokens/{token_id}", responses=schemas.PHONE_GONE, response_class=Response
)
async def remove_push_token(request: Request, actor: Self, token_id: Identifier) -> Response:
    """Have a phone of yours show nothing any more."""
    async with container(request).work() as session:
        row = await OwnPlaces(session, actor).remove_phone(token_id)
    return ok(request, schemas.token_view(row))


@router.get("/fleets/{identifier}/webhook", responses=schemas.HOOK, response_class=Response)
async def get_webhook(request: Request, actor: Manager, identifier: Identifier) -> Response:
    """Where the fleet's alerts are posted to; `url` is null without a webhook."""
    box = container(request)
    async with box.work() as session:
        row = await Webhooks(session, actor, box.sealer).of(identifier)
    return ok(request, schemas.webhook_view(row))


@router.put(
    "/fleets/{identifier}/webhook",
    responses=schemas.HOOK_SET,
    openapi_extra=schemas.body({"url": "https://hooks.example.com/fleet"}),
    response_class=Response,
)
async def put_webhook(
    request: Request, actor: Manager, identifier: Identifier, body: schemas.WebhookSet
) -> Response:
    """Set the fleet's webhook. The answer is the only one that holds its secret."""
    box = container(request)
    async with box.work() as session:
        row, secret = await Webhooks(session, actor, box.sealer).put(
            identifier, body.url, body.secret, private=box.settings.private_addresses
        )
    view = schemas.webhook_view(row, secret)
    return ok(request, view, headers={"Cache-Control": "no-store"})


@router.delete("/fleets/{identifier}/webhook", responses=schemas.HOOK, response_class=Response)
async def remove_webhook(request: Request, actor: Manager, identifier: Identifier) -> Response:
    """Post the fleet's alerts nowhere any more."""
    box = container(request)
    async with box.work() as session:
        await Webhooks(session, actor, box.sealer).remove(identifier)
    return ok(request, schemas.webhook_view(None))
