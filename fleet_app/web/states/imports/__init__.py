"""Imports of spreadsheets, as the screens show them."""
