"""How busy sparse columns are, as a table: for the terminal and ``docs/busy.md``."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from hwsim.layer_busy import LayerBusy, NetworkBusy
from sweeps.render.reference import Catalogue

SHARES = ("Busy min %", "Busy mean %", "Busy max %", "PEs filled %")
COLUMNS = ("Layer", "m × n × k", "Folds", "Issue cycles", *SHARES, "Work / operand", "Cycles / operand", "Empty %")
LEGEND = (
    "busy: cycles in which a column is at work, of those of its fold; columns without a row are left out",
    "work, cycles: of a column per operand, without and with waiting; empty: cycles of groups that have no digit",
)
IN_LANES = "lanes: cycles in which a lane of a column with a row has a group"


def busy_table(found: NetworkBusy) -> Catalogue:
    """A row for each layer asked for; engines with several lanes have a column more."""
    in_lanes = found.lanes > 1
    rows = tuple(
        (*_cells(layer), *([_percent(layer.columns.lane_average)] if in_lanes else [])) for layer in found.layers
    )
    title = f"{found.workload} on {found.engine}"
    return Catalogue("layers", title, (*COLUMNS, *(["Lanes %"] if in_lanes else [])), rows)


def print_busy(console: Console, found: NetworkBusy) -> None:
    """The table, what its columns say, and what they rest on."""
    table = busy_table(found)
    grid = Grid(box=SIMPLE_HEAD)
    for i, column in enumerate(table.columns):
        name = column if column.startswith("PE") else column.lower()
        head = name.replace(" ", "\n", 1) if i > 1 else name
        grid.add_column(head, justify="right" if i else "left", style="" if i else "cyan", no_wrap=True)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(Text.assemble((found.workload, "bold"), " on ", (found.engine, "bold cyan")))
    console.print(grid)
    for line in (*LEGEND, *([IN_LANES] if found.lanes > 1 else [])):
        console.print(Text(line, style="dim"))
    for line in found.assumptions:
        console.print(Text(f"· {line}", style="dim"))


def _cells(layer: LayerBusy) -> list[str]:
    columns = layer.columns
    batch = f" × {layer.batch}" if layer.batch > 1 else ""
    return [
        layer.name,
        f"{layer.m} × {layer.n} × {layer.k}{batch}",
        f"{layer.folds:,}",
        f"{layer.issue_cycles:,}",
        *(_percent(share) for share in (columns.minimum, columns.average, columns.maximum, layer.pes_filled)),
        f"{columns.work_per_operand:.3f}",
        f"{columns.cycles_per_operand:.3f}",
        _percent(columns.empty_share),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
