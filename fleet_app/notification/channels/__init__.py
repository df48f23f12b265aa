"""How messages leave the product: what is to be said, to whom, by which channel, and what came of
it."""
