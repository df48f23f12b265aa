"""A fleet's day as records tell it: its people, vehicles and deliveries, and what they allow."""
