"""What the routing benchmark reads, makes, and compares with."""
