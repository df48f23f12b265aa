"""Plans as questions to the optimiser: vehicles, visits, times and breaks, and what it answers."""
