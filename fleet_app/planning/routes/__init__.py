"""A plan and the routes of its deliveries: what is as planned, what has left, where goods are."""
