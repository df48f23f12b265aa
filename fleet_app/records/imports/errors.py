"""What can go wrong with an import as a whole."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict


class NotNow(Conflict):
    """The import is in a state in which this cannot be done."""

    type = "not_now"
