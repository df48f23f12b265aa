"""Browser components about alerts."""
