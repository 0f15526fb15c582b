"""The same engines in gates."""
