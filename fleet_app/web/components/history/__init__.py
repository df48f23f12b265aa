"""The player of the past: where vehicles went, played back on a map with charts."""
