"""What `bench/eta.py` is made of."""
