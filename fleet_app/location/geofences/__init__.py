"""Geofences: the zones that a fleet drew, kept as records. docs/zones.md has the rules."""
