"""`./fleet`: one file a command group; what a command needs is imported when it runs."""
