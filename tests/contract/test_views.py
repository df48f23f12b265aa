"""Saved views in a real database: what the audit log keeps of them."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.views import KIND, SavedViews
from fleet_app.records.wording import Wording
from tests.builders.people import a_fleet, a_person
from tests.builders.records import an_actor


async def test_saving_changing_and_deleting_a_view_is_in_the_audit_log(container: Container):
    fleet_id = await a_fleet(container)
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=person.id)

    def said(name: str, status: str) -> dict[str, Any]:
        return {"name": name, "settings": {"filters": {"status": status}}}

    async with container.work() as session:
        view = await SavedViews(session, KINDS, actor).create("deliveries", said("A", "failed"))
    for _ in range(2):  # the second time nothing is different
        async with container.work() as session:
            views = SavedViews(session, KINDS, actor)
            await views.update(view.id, said("B", "returned"))
    async with container.work() as session:
        await SavedViews(session, KINDS, actor).delete(view.id)
    async with container.work() as session:
        query = select(AuditEntry).where(AuditEntry.kind == KIND, AuditEntry.object_id == view.id)
        entries = list(await session.exec(query.order_by(col(AuditEntry.id))))
    assert [(one.action, one.label, one.chain) for one in entries] == [
        ("create", "A", fleet_id),
        ("update", "B", fleet_id),
        ("delete", "B", fleet_id),
    ]
    words = Wording(KINDS).summary(entries[1])
    assert words == "Name: A → B; Filters: status = failed → status = returned"
