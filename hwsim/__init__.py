"""Values and pure functions: what a machine is, and what it does each cycle."""
