"""Every kind of record in one place, with the columns that need several domains."""

from __future__ import annotations

from dataclasses import replace

from fleet_app.catalogue.in_use import keep_driver, let_go_of_vehicle, store_vehicle
from fleet_app.catalogue.trip_rules import keep_trip_rules
from fleet_app.catalogue.users import USERS
from fleet_app.catalogue.vehicles import VEHICLES
from fleet_app.delivery.kinds import CUSTOMERS, DELIVERIES, ROUTES
from fleet_app.fleet.kinds import DEPOTS, DOCUMENTS, DRIVERS, FLEETS
from fleet_app.fleet.maintenance.kinds import (
    MAINTENANCE_RECORDS,
    MAINTENANCE_SCHEDULES,
    WORK_ORDERS,
)
from fleet_app.location.geofences.kinds import GEOFENCES
from fleet_app.notification.defaults import begin_with_rules
from fleet_app.notification.kinds import ALERT_RULES
from fleet_app.planning.templates.kinds import ROUTE_TEMPLATES
from fleet_app.records.kinds import Kinds

KINDS = Kinds(
    (
        *(DELIVERIES, CUSTOMERS, ROUTES, ROUTE_TEMPLATES),
        replace(VEHICLES, before_save=store_vehicle, before_delete=let_go_of_vehicle),
        replace(DRIVERS, before_delete=keep_driver),
        *(DEPOTS, DOCUMENTS, GEOFENCES),
        *(MAINTENANCE_RECORDS, MAINTENANCE_SCHEDULES, WORK_ORDERS),
        *(ALERT_RULES, USERS),
        replace(FLEETS, before_save=keep_trip_rules, after_save=begin_with_rules),
    )
)
