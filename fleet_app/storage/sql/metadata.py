"""Every table in one metadata object, for migrations."""

from __future__ import annotations

from sqlmodel import SQLModel

from fleet_app.audit import models as audit_models
from fleet_app.delivery import models as delivery_models
from fleet_app.fleet import models as fleet_models
from fleet_app.fleet.maintenance import models as maintenance_models
from fleet_app.identity import models as identity_models
from fleet_app.location import models as location_models
from fleet_app.location.geofences import models as geofence_models
from fleet_app.location.past import models as past_models
from fleet_app.notification import models as alert_models
from fleet_app.notification.channels import models as channel_models
from fleet_app.outbox import models as outbox_models
from fleet_app.planning import models as planning_models
from fleet_app.planning.live import models as live_models
from fleet_app.planning.runs import models as run_models
from fleet_app.planning.templates import models as template_models
from fleet_app.records import models as record_models

MODELS = (
    *(audit_models, outbox_models, record_models, identity_models, fleet_models),
    *(maintenance_models, delivery_models, location_models, planning_models),
    *(run_models, template_models),
    live_models,
    *(past_models, channel_models, alert_models, geofence_models),
)
"""The modules that declare tables; importing them fills the metadata."""

metadata = SQLModel.metadata
