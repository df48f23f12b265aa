"""Zones on a map: drawing and changing their shapes, and the list beside them."""
