"""The history page: whose past is looked at, and which time of it."""
