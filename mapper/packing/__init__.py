"""Addresses for buffers with fixed lifetimes: greedy, exact and by CP-SAT, behind one question."""

from mapper.packing.capacity import pack
from mapper.packing.limits import Limit
from mapper.packing.lowest import smallest_height
from mapper.packing.rectangle import Method, Packing, Rectangle, Status, live_bytes
from mapper.packing.sharing import merge_shared, spread_offsets
from mapper.packing.table import load_rectangles, table_text

__all__ = [
    "Limit",
    "Method",
    "Packing",
    "Rectangle",
    "Status",
    "live_bytes",
    "load_rectangles",
    "merge_shared",
    "pack",
    "smallest_height",
    "spread_offsets",
    "table_text",
]
