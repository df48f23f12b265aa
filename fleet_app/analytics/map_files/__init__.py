"""Maps as files that people keep and mail: one HTML file each, with everything in it."""
