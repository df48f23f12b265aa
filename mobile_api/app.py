"""The HTTP API as one FastAPI application, to run alone or in front of the dashboard."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from fleet_app.bootstrap import Container
from fleet_app.location.zones.drawn import MAX_FILE_BYTES
from fleet_app.settings import Settings, get_settings
from mobile_api import docs, errors
from mobile_api.body import FILES, GEOFENCES, IMPORTS, Rule, upload_rule
from mobile_api.edge import ApiEdge
from mobile_api.fast_path import FastPath
from mobile_api.idempotency import Idempotency
from mobile_api.multipart import OVERHEAD
from mobile_api.routers import (
    alerts,
    assignments,
    audit,
    auth,
    delivery_life,
    devices,
    directions,
    etas,
    exports,
    files,
    geocode,
    geofences,
    gpslogger,
    health,
    imports,
    ingest,
    locations,
    maintenance,
    map,
    notifications,
    osmand,
    owntracks,
    past,
    plan_jobs,
    plans,
    quarantine,
    records,
    reports,
    roads,
    route_templates,
    routes,
    suggestions,
    track_files,
    tracks,
    unknown,
    vehicles,
    views,
)
from mobile_api.versions import heed_if_match
from mobile_api.ws import endpoint as events

PREFIX = "/api/v1"
ROUTERS = (
    geofences.router,
    etas.router,
    directions.router,
    suggestions.router,
    *exports.ROUTERS,
    *(locations.router, osmand.router, owntracks.router, gpslogger.router),
    *(auth.router, devices.router, vehicles.router, quarantine.router, ingest.router),
    files.router,
    imports.router,
    views.router,
    *(geocode.router, roads.router),
    *(delivery_life.router, routes.router, assignments.router, maintenance.router),
    *(alerts.router, alerts.rules, audit.router),
    *(plan_jobs.router, route_templates.router),
    plans.router,
    notifications.router,
    *(past.router, tracks.router, track_files.router, reports.router),
    *records.ROUTERS,
)
"""Everything below `PREFIX`, in the order in which addresses are tried."""

BUSIEST = {
    ("POST", f"{PREFIX}/locations"): locations.post_locations,
    ("GET", f"{PREFIX}/devices/osmand"): osmand.osmand_position,
    ("POST", f"{PREFIX}/devices/osmand"): osmand.osmand_position,
    ("POST", f"{PREFIX}/devices/owntracks"): owntracks.owntracks_message,
}


def create_api(container: Container | None = None) -> FastAPI:
    """The API. `container` replaces the one of this process."""
    app = FastAPI(
        title="Live Fleet Tracking",
        version="1.0",
        summary="Positions in, live fleet out.",
        description=docs.DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=docs.ERRORS,
    )
    if container is not None:
        app.state.container = container
    settings = container.settings if container is not None else get_settings()
    errors.install(app)
    app.add_middleware(FastPath, endpoints=BUSIEST)
    app.add_middleware(Idempotency)
    app.add_middleware(
        ApiEdge, body_limit=settings.ingest_max_bytes, uploads=upload_rules(settings)
    )
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(heed_if_match)])
    app.include_router(health.router, prefix="/api")
    app.include_router(auth.browser)
    app.include_router(map.router)
    app.include_router(events.router)
    docs.install(app)
    app.include_router(unknown.router)
    return app


def upload_rules(settings: Settings) -> dict[str, Rule]:
    """How much the addresses that take files let in."""
    return {
        FILES: upload_rule(settings.file_max_bytes, OVERHEAD),
        IMPORTS: upload_rule(settings.import_max_bytes, OVERHEAD),
        GEOFENCES: upload_rule(MAX_FILE_BYTES, OVERHEAD),
    }
