"""Showing a new status of the record on the screen while somebody may be typing in its form."""

from __future__ import annotations

from fleet_app.kernel.clock import zone_of
from fleet_app.records.fields import words_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.measures import ruler_of
from fleet_app.web.states.records.merging import changed_names
from fleet_app.web.states.records.reading import kind_of, read_record
from fleet_app.web.states.records.texts import text_of


async def follow(form: RecordForm) -> None:
    """Show what became of the record. Fields that others wrote wait until they are asked for."""
    kind = kind_of(form.plural)
    row = await read_record(form, kind, form.number)
    if row is None or row["version"] == form.version:
        return
    zone, ruler = zone_of(form.zone), ruler_of(kind, form.units, row)
    texts = {spec.name: text_of(spec, row.get(spec.name), zone, ruler) for spec in kind.specs}
    same_fields = not changed_names(kind, form.base, texts)
    if same_fields and form.deleted == (row["deleted_at"] is not None):
        await form.refresh()
    else:
        form.status, form.newer = str(row.get("status") or ""), True
        form.status_label = words_of(form.status)
