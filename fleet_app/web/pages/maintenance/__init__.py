"""What is due, and what stands in the workshop."""
