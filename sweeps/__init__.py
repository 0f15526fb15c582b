"""Many machines, one question; the command line."""
