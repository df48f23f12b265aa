"""Views of the record screens: data and handlers are arguments."""
