"""One import from its columns to its result."""

from __future__ import annotations

from collections.abc import Mapping

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError, NotFound
from fleet_app.records.imports.reading import said_of, say
from fleet_app.records.models import Import, ImportState
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.imports.listing import correction_fields
from fleet_app.web.states.imports.readings import (
    Asked,
    Word,
    asked_of,
    read_samples,
    words_of_file,
)
from fleet_app.web.states.imports.showing import (
    Choice,
    Column,
    Relative,
    Shown,
    WrongRow,
    choices_of,
    columns_of,
    missing_titles,
    relative,
    relatives,
    show,
    wrong_rows,
)
from fleet_app.web.states.records.reading import house_style

PAGE = 20
STEPS = {
    ImportState.UPLOADED: "columns",
    ImportState.CHECKING: "checking",
    ImportState.CHECKED: "checked",
    ImportState.RUNNING: "running",
    ImportState.DONE: "done",
    ImportState.FAILED: "stopped",
    ImportState.CANCELLED: "stopped",
    ImportState.UNDOING: "undoing",
    ImportState.UNDONE: "undone",
}
POSITIONS = {"columns": 1, "checking": 2, "checked": 2, "stopped": 2, "done": 4}
"""Step -> which of the named steps it is, from 0; behind the last one when all is done."""


class ImportScreen(rx.State):
    """What one person sees of one import."""

    found: bool = True
    item: Shown = Shown()  # type: ignore[typeddict-item]
    step: str = ""
    editing: bool = False
    """The person went back to the columns of a checked file."""
    columns: list[Column] = []
    choices: list[Choice] = []
    asked: list[Asked] = []
    """What the file leaves open, with what is chosen."""
    words: list[Word] = []
    """Words of choices that are not known, with what they mean."""
    missing: list[str] = []
    """Titles of fields that are needed and that no column fills in."""
    problem: str = ""
    wrong_headers: list[str] = []
    wrong: list[WrongRow] = []
    wrong_page: int = 1
    wrong_total: int = 0
    fields: dict[str, str] = {}
    """What is sent along with a corrected file."""
    first: Relative = Relative(id=0, filename="", words="", waiting=0)
    """What this file corrects."""
    brought: list[Relative] = []
    """The files that corrected rows of this one."""
    pending: list[Relative] = []
    """Those that are meant to, and are not imported yet."""
    corrected: int = 0
    """How many of the wrong rows came in that way."""
    limit: int = 0
    """The size of the largest file, bytes."""

    @rx.var
    def wrong_pages(self) -> int:
        """How many pages of wrong rows there are."""
        return max(1, -(-self.wrong_total // PAGE))

    @rx.var
    def at(self) -> int:
        """Which of the named steps it is at, from 0; the last one is the import itself."""
        return 1 if self.editing else POSITIONS.get(self.step, 3)

    @rx.event
    @requires("imports.use")
    async def open(self) -> None:
        """Read the import that the address names."""
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        named = str(self.router.url.path).rstrip("/").rpartition("/")[2]
        try:
            record = await self._get(int(named) if named.isascii() and named.isdigit() else 0)
        except FleetError:
            self.found = False
            return
        self.limit = get_container().settings.import_max_bytes
        self.choices = choices_of(KINDS[record.kind])
        self.fields = correction_fields(record)
        await self._take(record)

    @rx.event
    @requires("imports.use")
    async def refresh(self) -> None:
        """See how far it is."""
        if not self.item or not self.item["busy"]:
            return
        try:
            await self._take(await self._get(self.item["id"]))
            self.problem = ""
        except FleetError as error:  # the next look may find the database again
            self.problem = error.message

    @rx.event
    @requires("imports.use")
    async def choose(self, index: int, field: str) -> None:
        """Say what a column is; the column that was this field before is left out then."""
        if field and field not in [one["value"] for one in self.choices]:
            return
        self.columns = [
            Column({**one, "field": _field(one, int(index), field)}) for one in self.columns
        ]
        self.missing = missing_titles(KINDS[self.item["plural"]], self._mapping())
        self.problem = ""
        await self._look()

    @rx.event
    @requires("imports.use")
    async def answer(self, what: str, value: str) -> None:
        """Say how dates such as 03/04/2026, or numbers such as 1.234, are written."""
        self.asked = [
            Asked({**one, "answer": value}) if one["what"] == what and _is_way(one, value) else one
            for one in self.asked
        ]
        await self._look()

    @rx.event
    @requires("imports.use")
    async def explain(self, key: str, value: str) -> None:
        """Say what a word of the file means; "" leaves it unknown."""
        self.words = [
            Word({**one, "value": value})
            if one["key"] == key and value in ("", *(way["value"] for way in one["options"]))
            else one
            for one in self.words
        ]

    @rx.event
    @requires("imports.use")
    async def check(self) -> None:
        """Have every row tried; nothing is stored."""
        await self._do("map", "check")

    @rx.event
    @requires("imports.use")
    async def run(self) -> None:
        """Have the rows stored that are right."""
        await self._do("run")

    @rx.event
    @requires("imports.use")
    async def cancel(self) -> None:
        """Stop what is under way."""
        await self._do("cancel")

    @rx.event
    @requires("imports.use")
    async def undo(self) -> None:
        """Delete what it made."""
        await self._do("undo")

    @rx.event
    @requires("imports.use")
    async def back(self) -> None:
        """Back to the columns."""
        self.editing = True

    @rx.event
    @requires("imports.use")
    async def turn(self, page: int) -> None:
        """Show another page of wrong rows."""
        self.wrong_page = min(max(1, int(page)), self.wrong_pages)
        await self._read_problems(await self._get(self.item["id"]))

    async def _do(self, *acts: str) -> None:
        imports, actor = get_container().imports, await current_actor(self)
        self.problem = ""
        try:
            for act in acts:
                if act == "map":
                    record = await imports.map(
                        actor, self.item["id"], self._mapping(), self._answer("dates"),
                        decimal_mark=self._answer("numbers"), words=self._meanings(),
                    )  # fmt: skip
                else:
                    record = await getattr(imports, act)(actor, self.item["id"])
        except FleetError as error:
            self.problem = " ".join([error.message, *error.fields.values()])[:500]
            record = await self._get(self.item["id"])
        self.editing = False
        await self._take(record)

    async def _get(self, identifier: int) -> Import:
        if identifier < 1 or identifier >= 2**63:
            raise NotFound("Import", identifier)
        return await get_container().imports.get(await current_principal(self), identifier)

    async def _take(self, record: Import) -> None:
        before, self.step = self.step, STEPS[ImportState(record.state)]
        zone, _ = await house_style(record.fleet_id or 0)
        if before != self.step:
            await self._read_family(record)
        self.item = show(record, zone=zone, corrected=self.corrected)
        if before == self.step:
            return
        self.columns, self.wrong_page = columns_of(record), 1
        self._show_reading(record)
        self.missing = missing_titles(KINDS[record.kind], record.mapping)
        if not self.item["busy"]:
            await self._read_problems(record)

    async def _read_family(self, record: Import) -> None:
        """What belongs to it, as of now."""
        family = (await get_container().imports.families([record]))[record.id or 0]
        self.corrected = family.corrected
        self.brought, self.pending = relatives(family)
        if family.first is not None:
            self.first = relative(family.first)

    async def _read_problems(self, record: Import) -> None:
        found, self.wrong_total = await get_container().imports.problems_alike(
            await current_principal(self), record.id or 0, page=self.wrong_page, limit=PAGE
        )
        self.wrong_headers, self.wrong = wrong_rows(record, found)

    async def _look(self) -> None:
        """Show how the cells are read with the columns and answers as they are chosen now."""
        record = await self._get(self.item["id"])
        record.mapping = self._mapping()
        say(
            KINDS[record.kind], record, dates=self._answer("dates"),
            numbers=self._answer("numbers"), words=self._meanings(said_of(record).words),
        )  # fmt: skip
        self._show_reading(record)

    def _show_reading(self, record: Import) -> None:
        kind = KINDS[record.kind]
        self.asked, self.words = asked_of(kind, record), words_of_file(kind, record)
        read = read_samples(kind, record)
        self.columns = [Column({**one, "read": read.get(one["index"], "")}) for one in self.columns]

    def _answer(self, what: str) -> str | None:
        return next((one["answer"] for one in self.asked if one["what"] == what), "") or None

    def _meanings(
        self, known: Mapping[str, Mapping[str, str]] | None = None
    ) -> dict[str, dict[str, str]]:
        """What the words mean, those said before included."""
        found = {name: dict(meanings) for name, meanings in (known or {}).items()}
        for one in self.words:
            found.setdefault(one["field"], {})[one["word"]] = one["value"]
        return found

    def _mapping(self) -> dict[str, str]:
        return {str(one["index"]): one["field"] for one in self.columns if one["field"]}


def _is_way(one: Asked, value: str) -> bool:
    return value in [way["value"] for way in one["ways"]]


def _field(column: Column, index: int, field: str) -> str:
    if column["index"] == index:
        return field
    return "" if field and column["field"] == field else column["field"]
