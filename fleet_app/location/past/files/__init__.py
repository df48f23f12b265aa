"""Tracks as files, written while they are read. A gap in the track is a gap in the file."""
