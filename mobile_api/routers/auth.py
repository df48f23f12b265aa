"""Signing in: token pairs for phones and integrators, a cookie session for browsers."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, quote

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from fleet_app.access.actor import Actor
from fleet_app.access.principal import Principal
from fleet_app.catalogue.new_fleet import NewFleet, SignUpClosed
from fleet_app.identity.errors import TooManyAttempts, WrongCredentials
from fleet_app.identity.grants import TokenPair
from fleet_app.identity.sessions import SESSION_COOKIE
from fleet_app.kernel.errors import FleetError, InvalidInput, StoreUnavailable, TooLarge
from fleet_app.kernel.texts import file_size
from mobile_api.deps import allow, client_address, container, require_own_origin
from mobile_api.envelope import ok
from mobile_api.schemas.auth import ME, REVOKED, TOKEN, RefreshRequest, SignIn

LARGEST_BODY = 16_384
FORM_TYPE = "application/x-www-form-urlencoded"

M = TypeVar("M", bound=msgspec.Struct)

router = APIRouter(prefix="/auth", tags=["auth"])
browser = APIRouter(prefix="/auth", include_in_schema=False)


async def _sign_in_body(request: Request) -> SignIn:
    """Email and password from JSON, or from the OAuth2 password form of /api/docs."""
    body = await _body(request)
    if not request.headers.get("content-type", "").startswith(FORM_TYPE):
        return _decoded(body, SignIn)
    form = _form(body)
    return SignIn(email=form.get("username", ""), password=form.get("password", ""))


async def _refresh_body(request: Request) -> RefreshRequest:
    """The refresh token from JSON, or from an OAuth2 form."""
    body = await _body(request)
    if not request.headers.get("content-type", "").startswith(FORM_TYPE):
        return _decoded(body, RefreshRequest)
    return RefreshRequest(refresh_token=_form(body).get("refresh_token", ""))


def _accepts(model: type[msgspec.Struct], form_fields: list[str]) -> dict[str, Any]:
    """OpenAPI text for a body that is read by hand: JSON or a form."""
    json_fields = {name: {"type": "string"} for name in model.__struct_fields__}
    form = {name: {"type": "string"} for name in form_fields}
    content = {
        "application/json": _object(json_fields),
        FORM_TYPE: _object(form),
    }
    return {"requestBody": {"required": True, "content": content}}


def _object(fields: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"schema": {"type": "object", "properties": fields, "required": list(fields)}}


@router.post(
    "/token",
    responses=TOKEN,
    response_class=Response,
    openapi_extra=_accepts(SignIn, ["username", "password"]),
)
async def create_token(
    request: Request, body: Annotated[SignIn, Depends(_sign_in_body)]
) -> Response:
    """Sign in with email and password; answers an access and a refresh token.

    401 for wrong credentials, 429 with `Retry-After` after too many failures.
    """
    pair = await container(request).grants.sign_in(
        body.email, body.password, client_address(request)
    )
    return _token_answer(request, pair)


@router.post(
    "/refresh",
    responses=TOKEN,
    response_class=Response,
    openapi_extra=_accepts(RefreshRequest, ["refresh_token"]),
)
async def refresh_token(
    request: Request, body: Annotated[RefreshRequest, Depends(_refresh_body)]
) -> Response:
    """Exchange a refresh token for the next pair; each works once.

    Repeating the exchange within ten seconds answers the same new refresh token, for phones that
    lost the answer. Later, or after the new token was used, it signs the whole family out.
    """
    pair = await container(request).grants.refresh(body.refresh_token, client_address(request))
    return _token_answer(request, pair)


@router.post(
    "/revoke",
    responses=REVOKED,
    response_class=Response,
    openapi_extra=_accepts(RefreshRequest, ["refresh_token"]),
)
async def revoke_token(
    request: Request, body: Annotated[RefreshRequest, Depends(_refresh_body)]
) -> Response:
    """Sign a phone out: its refresh token and the access tokens made with it end."""
    await container(request).grants.revoke(body.refresh_token, client_address(request))
    return ok(request, None)


@router.get("/me", responses=ME, response_class=Response)
async def me(request: Request, actor: Annotated[Actor, allow("account.use")]) -> Response:
    """Who the caller is."""
    return ok(request, _person(actor.principal))


@browser.post("/login")
async def log_in(request: Request) -> Response:
    """The login page's form: opens a cookie session and goes on to `next`."""
    try:
        require_own_origin(request)
        form = _form(await _body(request))
    except FleetError as error:
        return _back_to_login(error.type, "/")
    target = safe_target(form.get("next", ""))
    try:
        opened = await container(request).sessions.sign_in(
            form.get("email", ""),
            form.get("password", ""),
            client_address(request),
            request.headers.get("user-agent", ""),
        )
    except WrongCredentials:
        return _back_to_login("credentials", target)
    except TooManyAttempts as error:
        return _back_to_login("locked", target, retry_after=error.retry_after)
    except StoreUnavailable as error:
        return _back_to_login("unavailable", target, retry_after=error.retry_after)
    response = RedirectResponse(target, 303)
    _set_cookie(request, response, opened.token, opened.seconds)
    return response


@browser.post("/sign-up")
async def sign_up(request: Request) -> Response:
    """The form of the sign-up page: a fleet, its first manager, and a cookie session."""
    require_own_origin(request)
    ways_in = container(request).sign_ups
    if not ways_in.is_open:
        raise SignUpClosed
    wanted = _decoded(await _body(request), NewFleet)
    agent = request.headers.get("user-agent", "")
    try:
        opened = await ways_in.sign_up(wanted, client_address(request), agent)
    except TooManyAttempts as error:
        # Somebody tried passwords of this address, be it anybody's or nobody's before.
        return ok(request, {"next": f"/login?error=locked&retry={error.retry_after}"})
    response = ok(request, {"next": "/"}, status=201)
    _set_cookie(request, response, opened.token, opened.seconds)
    return response


@browser.post("/logout")
async def log_out(request: Request) -> Response:
    """Ends the cookie session and goes to the login page."""
    require_own_origin(request)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await container(request).sessions.sign_out(token, client_address(request))
    response = RedirectResponse("/login", 303)
    _set_cookie(request, response, "", 0)
    return response


def safe_target(target: str) -> str:
    """`target` when it is a path on this site, else `/`.

    Browsers read `//host`, `/\\host` and control characters inside a URL in surprising ways.
    """
    odd = "\\" in target or any(character <= " " or character == "\x7f" for character in target)
    if odd or not target.startswith("/") or target.startswith("//") or len(target) > 2000:
        return "/"
    return "/" if target.startswith(("/auth/", "/login")) else target


def _set_cookie(request: Request, response: Response, token: str, seconds: int) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=seconds,
        path="/",
        secure=container(request).settings.origin.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"


def _back_to_login(error: str, target: str, retry_after: int | None = None) -> Response:
    path = f"/login?error={error}"
    if retry_after is not None:
        path += f"&retry={retry_after}"
    if target != "/":
        path += f"&next={quote(target, safe='/')}"
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return RedirectResponse(path, 303, headers)


def _token_answer(request: Request, pair: TokenPair) -> Response:
    data = {
        "access_token": pair.access_token,
        "token_type": "bearer",
        "expires_in": pair.expires_in,
        "refresh_token": pair.refresh_token,
        "refresh_expires_in": pair.refresh_expires_in,
        "user": _person(pair.principal),
    }
    # RFC 6749 forbids caching; the two names at the top level are what OAuth2 clients, such as
    # the Authorize button of /api/docs, look for.
    response = ok(request, data, headers={"Cache-Control": "no-store"})
    return _with_oauth2_names(response, pair)


def _with_oauth2_names(response: Response, pair: TokenPair) -> Response:
    content = msgspec.json.decode(response.body, type=dict[str, msgspec.Raw])
    for name, value in (("access_token", pair.access_token), ("token_type", "bearer")):
        content[name] = msgspec.Raw(msgspec.json.encode(value))
    headers = {"Cache-Control": "no-store"}
    body = msgspec.json.encode(content)
    return Response(body, response.status_code, headers, "application/json")


def _person(principal: Principal) -> dict[str, Any]:
    return {
        "id": principal.user_id,
        "name": principal.name,
        "email": principal.email,
        "role": principal.role.value,
        "fleet_id": principal.fleet_id,
        "driver_id": principal.driver_id,
        "vehicle_id": principal.vehicle_id,
    }


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"At most {file_size(LARGEST_BODY)} are accepted here")
    return bytes(body)


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20
        )
    except ValueError as error:
        raise InvalidInput("The form is not readable") from error
    return {name: values[0] for name, values in fields.items()}


def _decoded(body: bytes, model: type[M]) -> M:
    try:
        return msgspec.json.decode(body, type=model)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The body is not as expected: {error}") from error
