"""Plans as people see them: boards with times, warnings, ways on the map, comparisons."""
