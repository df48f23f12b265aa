"""The optimiser: a problem in, a plan out. Pure, seeded, stoppable."""
