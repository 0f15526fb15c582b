"""A product cut into tiles: what moves, in which order, and how long it takes."""
