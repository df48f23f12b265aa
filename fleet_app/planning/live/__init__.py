"""Routes while they are driven: when each stop is reached, what will be late, what to do about it.

`following`, `expecting` and what they are made of are pure; `keeping` and below have the stores.
"""
