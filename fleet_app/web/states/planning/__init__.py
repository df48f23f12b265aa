"""The planning page's state: which day and plan, and what the person may do there."""
