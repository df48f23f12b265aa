"""The record screens, one list and one detail page for each kind."""
