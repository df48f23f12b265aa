"""Vehicles that are not there: a simulator and a trace replayer, both clients of the public API."""
