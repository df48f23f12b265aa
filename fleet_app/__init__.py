"""The fleet tracking application: domain core, adapters and web pages."""
