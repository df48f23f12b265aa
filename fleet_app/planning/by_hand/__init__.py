"""What people do to plans: each step, taken back and taken again."""
