"""The record grid, the file drop zone and the keyboard shortcuts of the list pages."""
