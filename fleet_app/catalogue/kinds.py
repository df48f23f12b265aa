"""Every kind of record in one place, with the columns that need several domains."""

from __future__ import annotations

from fleet_app.catalogue.vehicles import VEHICLES
from fleet_app.delivery.kinds import CUSTOMERS, DELIVERIES, ROUTES
from fleet_app.fleet.kinds import DEPOTS, DOCUMENTS, DRIVERS, FLEETS
from fleet_app.fleet.maintenance.kinds import (
    MAINTENANCE_RECORDS,
    MAINTENANCE_SCHEDULES,
    WORK_ORDERS,
)
from fleet_app.identity.kinds import USERS
from fleet_app.records.kinds import Kinds

KINDS = Kinds(
    (
        *(DELIVERIES, CUSTOMERS, ROUTES, VEHICLES, DRIVERS, DEPOTS, DOCUMENTS),
        *(MAINTENANCE_RECORDS, MAINTENANCE_SCHEDULES, WORK_ORDERS, USERS, FLEETS),
    )
)
