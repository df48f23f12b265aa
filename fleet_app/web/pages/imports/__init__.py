"""The screens of imports: all of them, a new one, and one step by step."""
