"""The record kinds of the delivery domain."""

from fleet_app.delivery.kinds.customers import CUSTOMERS
from fleet_app.delivery.kinds.deliveries import DELIVERIES
from fleet_app.delivery.kinds.routes import ROUTES

__all__ = ["CUSTOMERS", "DELIVERIES", "ROUTES"]
