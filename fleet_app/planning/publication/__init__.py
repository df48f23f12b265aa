"""Plans made real: what publishing will do, and doing it."""
