"""Every table in one metadata object, for migrations."""

from __future__ import annotations

from sqlmodel import SQLModel

from fleet_app.delivery import models as delivery_models
from fleet_app.fleet import models as fleet_models
from fleet_app.identity import models as identity_models
from fleet_app.location import models as location_models

MODELS = (identity_models, fleet_models, delivery_models, location_models)
"""The modules that declare tables; importing them fills the metadata."""

metadata = SQLModel.metadata
