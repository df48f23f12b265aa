"""What movement means: trips, stops, gaps and everything else told about a vehicle's past.

All of it is one pure fold over the vehicle's stored fixes in time order (`fold.Folding`); a late
fix rewinds the fold to a checkpoint (`rewinding.Rewinding`). No clock, no store, no framework.
"""
