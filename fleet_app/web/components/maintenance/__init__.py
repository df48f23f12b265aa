"""Views of the maintenance screen: data and handlers are arguments."""
