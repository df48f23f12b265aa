"""A small page with address fields, for the browser tests of that component."""
