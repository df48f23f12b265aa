"""Saved views: a list with its search, filters, order and columns, under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import func, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, may
from fleet_app.access.roles import Role
from fleet_app.audit.trail import note
from fleet_app.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from fleet_app.records.default_views import begin_with, begin_without, defaults_of
from fleet_app.records.errors import Stale, Taken
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.models import SavedView
from fleet_app.records.problems import invalid, problems_of
from fleet_app.records.query import columns_of, parse_query
from fleet_app.records.types import Name

MOST_VIEWS = 50
"""So many views of their own may somebody have of one kind."""
USE = "views.use"
KIND = "saved_view"
"""What the audit log calls a view."""
_Word = Annotated[str, StringConstraints(max_length=500)]
_Column = Annotated[str, StringConstraints(max_length=60)]


class ViewSettings(BaseModel):
    """What a view shows. `filters` are parameters of the list, such as `capacity_kg.from`."""

    model_config = ConfigDict(extra="forbid")

    words: str = Field(default="", max_length=100, description="What is searched for.")
    filters: dict[_Column, _Word] = Field(
        default={}, max_length=40, description="Parameters of the list and their values.",
        examples=[{"status": "moving,idle"}],
    )  # fmt: skip
    sort: str = Field(default="", max_length=300, description="As in the list: `-name,status`.")
    shown: list[_Column] | None = Field(
        default=None, max_length=100, description="Columns in their order; null for the usual ones."
    )
    layout: dict[_Column, Annotated[float, Field(ge=20, le=2000)]] = Field(
        default={}, max_length=100, description="Widths of columns in pixels."
    )


class ViewFields(BaseModel):
    """A view as somebody saves it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name = Field(max_length=80, description="What it is called.", examples=["Late today"])
    shared: bool = Field(default=False, description="Whether the whole fleet sees it.")
    settings: ViewSettings = ViewSettings()


class ViewOut(BaseModel):
    """A view as its users see it."""

    id: int
    kind: str
    name: str
    shared: bool
    settings: ViewSettings
    user: dict[str, Any] = Field(description="Whose it is: `id` and `label`.")
    mine: bool
    can_change: bool
    is_default: bool = Field(description="Whether your list of this kind begins with it.")
    version: int = Field(ge=1, description="Counts its changes; the ETag.")


class SavedViews:
    """The saved views of one person, in the caller's transaction."""

    def __init__(self, session: AsyncSession, kinds: Kinds, actor: Actor) -> None:
        """Raises `Forbidden` for somebody who may not use views."""
        authorize(actor.principal, USE)
        self._session = session
        self._kinds = kinds
        self._actor, self._who = actor, actor.principal

    async def of_kind(self, plural: str) -> list[ViewOut]:
        """The person's own views of a kind and those shared in the fleet, by name.

        Raises `InvalidInput` for an unknown kind, `Forbidden`.
        """
        kind = self._kind(plural)
        seen = or_(col(SavedView.user_id) == self._who.user_id, self._is_shared())
        query = select(SavedView).where(SavedView.kind == kind.plural, seen)
        views = list(await self._session.exec(query.order_by(func.lower(SavedView.name), "id")))
        return await self._shown(views)

    async def create(self, plural: str, values: Mapping[str, Any]) -> ViewOut:
        """Save a new view. Raises `InvalidInput`, `Forbidden`, `Taken`, `Conflict` for too many."""
        kind = self._kind(plural)
        fields = checked(kind, values)
        await self._require_room(kind)
        view = SavedView(
            fleet_id=self._who.fleet_id, user_id=self._who.user_id, kind=kind.plural, name=""
        )
        return await self._store(view, fields)

    async def update(
        self, identifier: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> ViewOut:
        """Put new values in place of all of a view's.

        Raises as `create`, `NotFound`, and `Stale` when it is not the named version any more.
        """
        view = await self._mine(identifier, version)
        return await self._store(view, checked(self._kind(view.kind), values))

    async def delete(self, identifier: int, *, version: int | None = None) -> ViewOut:
        """Delete a view for good. Raises `NotFound`, `Forbidden`, `Stale`."""
        view = await self._mine(identifier, version)
        (shown,) = await self._shown([view])
        self._note("delete", view, {})
        await self._session.delete(view)
        await self._session.flush()
        return shown

    async def get(self, identifier: int) -> ViewOut:
        """One view that the person may use. Raises `NotFound`, `Forbidden`."""
        (shown,) = await self._shown([await self._seen(identifier)])
        return shown

    async def begin_with(self, identifier: int) -> ViewOut:
        """Let the person's list begin with this view. Raises `NotFound`, `Forbidden`."""
        view = await self._seen(identifier, locked=True)
        await begin_with(self._session, self._who.user_id, view.kind, identifier)
        return await self.get(identifier)

    async def begin_without(self, identifier: int) -> ViewOut:
        """Let the person's list not begin with it any more. Raises `NotFound`, `Forbidden`."""
        await self._seen(identifier)
        await begin_without(self._session, self._who.user_id, identifier)
        return await self.get(identifier)

    async def _store(self, view: SavedView, fields: ViewFields) -> ViewOut:
        if fields.shared and view.fleet_id is None:
            raise invalid({"shared": "needs a fleet; administrators have none"})
        before = {} if view.id is None else _told(view)
        try:
            async with self._session.begin_nested():
                view.name, view.shared = fields.name, fields.shared
                view.settings = fields.settings.model_dump()
                if view.id is not None and self._session.is_modified(view):
                    view.version += 1
                self._session.add(view)
                await self._session.flush()
        except IntegrityError:
            raise Taken("name", "there is a view of this name already") from None
        self._note("update" if before else "create", view, before)
        (shown,) = await self._shown([view])
        return shown

    def _note(self, action: str, view: SavedView, before: Mapping[str, Any]) -> None:
        """Tell the audit log what is different; nothing when nothing is."""
        after = {} if action == "delete" else _told(view)
        changes = {
            name: [before.get(name), value]
            for name, value in after.items()
            if before.get(name) != value and (before or value)
        }
        if changes or action != "update":
            note(
                self._session, self._actor, action, kind=KIND, object_id=view.id,
                label=view.name, fleet_id=view.fleet_id, changes=changes,
            )  # fmt: skip

    async def _require_room(self, kind: Kind) -> None:
        own = (col(SavedView.user_id) == self._who.user_id, col(SavedView.kind) == kind.plural)
        count = (await self._session.exec(select(func.count()).where(*own))).one()
        if count >= MOST_VIEWS:
            raise Conflict(f"You have {MOST_VIEWS} views of this list already; delete one first")

    async def _mine(self, identifier: int, version: int | None) -> SavedView:
        """A view that the person may change, in the version that is known, until the end."""
        view = await self._seen(identifier, locked=True)
        if not self._can_change(view):
            raise Forbidden("Only whoever made this view, or a manager, may change it")
        if version is not None and version != view.version:
            raise Stale(f"the view “{view.name}”", view.version)
        return view

    async def _seen(self, identifier: int, *, locked: bool = False) -> SavedView:
        view = await self._session.get(
            SavedView, identifier, with_for_update=locked, populate_existing=locked
        )
        if view is None or not (self._is_mine(view) or self._is_shared_with_me(view)):
            raise NotFound("View", identifier)
        self._kind(view.kind)
        return view

    def _is_mine(self, view: SavedView) -> bool:
        return view.user_id == self._who.user_id

    def _is_shared_with_me(self, view: SavedView) -> bool:
        if not view.shared or view.fleet_id is None:
            return False
        return self._who.sees_fleet(view.fleet_id)

    def _can_change(self, view: SavedView) -> bool:
        return self._is_mine(view) or (view.shared and may(self._who, "views.manage"))

    def _is_shared(self) -> Any:
        shared = col(SavedView.shared)
        if self._who.role is Role.SYSTEM_ADMIN:
            return shared
        return shared & (col(SavedView.fleet_id) == self._who.fleet_id)

    def _kind(self, plural: str) -> Kind:
        """A kind whose list the person may see."""
        kind = self._kinds.get(plural)
        if kind is None:
            names = ", ".join(sorted(one.plural for one in self._kinds))
            raise InvalidInput("There is no such list", fields={"kind": f"one of {names}"})
        authorize(self._who, kind.permission("read"))
        return kind

    async def _shown(self, views: Sequence[SavedView]) -> list[ViewOut]:
        names = await self._names({view.user_id for view in views})
        begun = await defaults_of(self._session, self._who.user_id)
        return [
            ViewOut(
                id=view.id or 0,
                kind=view.kind,
                name=view.name,
                shared=view.shared,
                settings=ViewSettings.model_validate(view.settings),
                user={"id": view.user_id, "label": names.get(view.user_id, "")},
                mine=self._is_mine(view),
                can_change=self._can_change(view),
                is_default=view.id in begun,
                version=view.version,
            )
            for view in views
        ]

    async def _names(self, ids: set[int]) -> Mapping[int, str]:
        users: Any = self._kinds["users"].model
        found = await self._session.exec(select(users.id, users.name).where(users.id.in_(ids)))
        return {row[0]: row[1] for row in found}


def _told(view: SavedView) -> dict[str, Any]:
    """What the audit log keeps of a view; widths of columns are not worth it."""
    settings = ViewSettings.model_validate(view.settings)
    return {
        "name": view.name,
        "shared": view.shared,
        "words": settings.words,
        "filters": [f"{name} = {text}" for name, text in sorted(settings.filters.items())],
        "sort": settings.sort,
        "shown": settings.shown,
    }


def checked(kind: Kind, values: Mapping[str, Any]) -> ViewFields:
    """A view as somebody saves it. Raises `InvalidInput`, also for what its list would refuse."""
    try:
        fields = ViewFields.model_validate(dict(values))
    except ValidationError as error:
        raise invalid(problems_of(error)) from None
    problems = _problems(kind, fields.settings)
    if problems:
        raise InvalidInput("This list cannot be shown like that", fields=problems)
    return fields


def _problems(kind: Kind, settings: ViewSettings) -> dict[str, str]:
    reserved = {"page", "limit", "sort", "q", "fleet_id"} & set(settings.filters)
    if reserved:
        return dict.fromkeys(reserved, "is no filter")
    sort = [("sort", settings.sort)] if settings.sort else []
    try:
        parse_query(kind, [("q", settings.words), *sort, *settings.filters.items()])
    except InvalidInput as error:
        return error.fields
    known = columns_of(kind)
    named = [*(settings.shown or ()), *settings.layout]
    return {name: "is no column of this list" for name in named if name not in known}
