"""Turns an OpenStreetMap extract into the offline basemap and road data of this installation."""
