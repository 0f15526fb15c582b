"""A surrogate: what a costly depth will say, predicted from cheap features; it orders work and is never a result."""
