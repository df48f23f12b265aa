"""Wire formats of phone trackers: pure functions from what was sent to a `Fix`, or to nothing."""
