"""The one place where every event of every browser session is allowed or refused.

`requires` and `public` declare event handlers, `current_principal` tells a handler who is acting,
and `gated_app` builds the application with every guard in place.
"""

from fleet_app.web.gate.application import gated_app
from fleet_app.web.gate.declarations import public, requires
from fleet_app.web.gate.namespace import FleetNamespace
from fleet_app.web.gate.who import current_actor, current_principal

__all__ = [
    "FleetNamespace",
    "current_actor",
    "current_principal",
    "gated_app",
    "public",
    "requires",
]
