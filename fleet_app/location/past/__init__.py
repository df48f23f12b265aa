"""What happened, as it is stored: the facts of the fold, told to people and to programs."""
