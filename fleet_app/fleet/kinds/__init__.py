"""The record kinds of the fleet domain."""

from fleet_app.fleet.kinds.depots import DEPOTS
from fleet_app.fleet.kinds.documents import DOCUMENTS
from fleet_app.fleet.kinds.drivers import DRIVERS
from fleet_app.fleet.kinds.fleets import FLEETS
from fleet_app.fleet.kinds.vehicles import VEHICLES

__all__ = ["DEPOTS", "DOCUMENTS", "DRIVERS", "FLEETS", "VEHICLES"]
