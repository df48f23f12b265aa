"""The records of a delivery fleet, for revision 0002."""
