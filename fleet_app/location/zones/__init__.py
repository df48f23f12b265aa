"""Zones: places a fleet wants to hear about. Pure: no database, no clock, no network.

`shapes` says what a zone looks like, `checking` whether that can be, `geojson` and `kml` carry it
to other programs and back. `index` finds the zones at many places at once, `watch` turns a
vehicle's fixes into visits. docs/zones.md has the rules.
"""
