"""The solvers, each behind the engine port."""
