"""The first tables, for revision 0001."""
