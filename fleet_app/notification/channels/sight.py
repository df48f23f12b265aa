"""What readers of the delivery log learn of the places that messages go to.

Phone numbers and e-mail addresses of users are for those who may read users, and so is the whole
address of a webhook, whose path is often a secret. Others see that it is one, and to whom it went.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.notification.channels.models import Channel, Notification, NotificationAttempt

_SEEN = 3
"""How many digits of a number are left, to know it again by."""


def sees_addresses(principal: Principal) -> bool:
    """Whether somebody may read where users are reached."""
    return may(principal, "users.read")


def covered(row: Notification, tries: list[NotificationAttempt]) -> None:
    """Cover the address of a message that belongs to no session any more, wherever it stands."""
    if not _is_anybodys(row) or not row.address:
        return
    whole, row.address = row.address, _hint(row)
    for one in tries:
        one.error = one.error and one.error.replace(whole, row.address)
    row.last_error = row.last_error and row.last_error.replace(whole, row.address)


def _is_anybodys(row: Notification) -> bool:
    """Plain addresses are those of customers, whom the office knows anyway."""
    of_user = row.user_id is not None and row.channel in {Channel.EMAIL, Channel.SMS}
    return of_user or row.channel is Channel.WEBHOOK


def _hint(row: Notification) -> str:
    if row.channel is Channel.EMAIL:
        return f"{row.address[:1]}…@{row.address.rpartition('@')[2]}"
    if row.channel is Channel.SMS:
        return f"…{row.address[-_SEEN:]}"
    return f"https://{urlsplit(row.address).hostname or ''}/…"
