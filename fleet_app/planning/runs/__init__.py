"""Runs of the optimiser: asked for, watched, stopped, and taken up again after a crash."""
