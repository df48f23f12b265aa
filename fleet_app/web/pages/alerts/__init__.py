"""Alerts: the list, one of them beside it, and their rules in words."""
