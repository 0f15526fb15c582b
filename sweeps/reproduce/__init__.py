"""Published claims beside numbers of ours: what was claimed and where, what our models give, and a verdict."""
