"""The road network: routes on real roads, or an honest estimate where there is no map."""

from __future__ import annotations

from fleet_app.routing.roads.costing import Costing, Lorry, Mode, costing_of
from fleet_app.routing.roads.errors import NoRoute, RoadsBusy, RoadsUnavailable
from fleet_app.routing.roads.languages import LANGUAGES, language_of
from fleet_app.routing.roads.limits import PostedLimits
from fleet_app.routing.roads.matching import RoadMatcher
from fleet_app.routing.roads.opening import (
    RoadChoice,
    RoadSource,
    open_limits,
    open_matcher,
    open_roads,
)
from fleet_app.routing.roads.pace import HourlyPace
from fleet_app.routing.roads.ports import (
    UNREACHABLE,
    Directions,
    LatLon,
    Maneuver,
    Reach,
    RoadMatrix,
    RoadNetwork,
    RoadRoute,
    Snap,
)
from fleet_app.routing.roads.service import RoadService

__all__ = [
    "LANGUAGES",
    "UNREACHABLE",
    "Costing",
    "Directions",
    "HourlyPace",
    "LatLon",
    "Lorry",
    "Maneuver",
    "Mode",
    "NoRoute",
    "PostedLimits",
    "Reach",
    "RoadChoice",
    "RoadMatcher",
    "RoadMatrix",
    "RoadNetwork",
    "RoadRoute",
    "RoadService",
    "RoadSource",
    "RoadsBusy",
    "RoadsUnavailable",
    "Snap",
    "costing_of",
    "language_of",
    "open_limits",
    "open_matcher",
    "open_roads",
]
