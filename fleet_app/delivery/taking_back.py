"""Taking the last step of a delivery's life back, where the life itself knows a way."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery import life
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.reasons import REASONS
from fleet_app.delivery.service import Changed, DeliveryLife
from fleet_app.records.errors import NotUndoable

S = DeliveryStatus


def way_back(done: Changed) -> DeliveryStatus | None:
    """The status that a change came from, if it may simply follow again; else None.

    A place on a route that was given up does not come back with the status, and nobody is asked
    for a reason by an undo.
    """
    before, now = done.event.from_status, S(done.event.to_status)
    if done.late or done.repeated or before is None:
        return None
    before = S(before)
    if before not in (*done.legal_next, done.take_back_to):
        return None
    if before is S.ASSIGNED and now is not S.OUT_FOR_DELIVERY:
        return None
    return before if now in life.FINAL or before not in REASONS else None


async def take_back(
    session: AsyncSession,
    actor: Actor,
    delivery_id: int,
    *,
    since: DeliveryStatus,
    to: DeliveryStatus,
) -> Changed:
    """Give a delivery the status `to` again, which it had before `since`.

    Raises `NotUndoable` when it has another status by now, and what the change itself raises.
    """
    final = since in life.FINAL
    done = await DeliveryLife(session).change(actor, delivery_id, to, taking_back=final)
    if done.event.from_status is None or S(done.event.from_status) is not since:
        label = done.delivery.tracking_number
        raise NotUndoable(f"{label} has got another status since")
    return done
