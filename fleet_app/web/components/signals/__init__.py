"""Components without a picture: they pass on what is pushed, and time."""
