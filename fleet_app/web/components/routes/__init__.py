"""The browser components about routes."""
