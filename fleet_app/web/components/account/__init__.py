"""The form in which somebody makes a fleet of their own."""
