"""The planning page's browser components: board, lists, timeline and map in one."""
