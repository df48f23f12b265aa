"""The zones page: which zone is open, and what is done with it."""
