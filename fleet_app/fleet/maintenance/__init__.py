"""Keeping vehicles on the road: what is due, who does it, what it cost."""
