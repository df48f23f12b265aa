"""Planning days: working plans, their editing and publishing, and routes while they are driven."""
