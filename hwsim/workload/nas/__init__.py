"""Networks found by architecture search: cells as tables, stacked and wired by rule."""
