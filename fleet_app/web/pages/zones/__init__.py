"""The zones page: a map with all zones, and the list and the form beside it."""
