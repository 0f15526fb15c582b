"""Rows of every system as they were last computed, one JSON file each; `make reproduce` writes them."""
