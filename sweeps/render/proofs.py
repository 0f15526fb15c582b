"""The table of ``hwsim rtl prove``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rtl.proof.proving import Status

if TYPE_CHECKING:
    from rich.console import Console

    from rtl.proof.engine_proof import LeafProof


def print_proofs(console: Console, engine: str, proofs: Iterable[LeafProof]) -> list[LeafProof]:
    """A row for each leaf, then what is refuted or open, and the totals."""
    from rich.table import Table

    found = list(proofs)
    table = Table(title=f"{engine}: leaves against their specifications, for all inputs and states")
    table.add_column("leaf", overflow="fold")
    table.add_column("count", justify="right")
    table.add_column("outcome")
    table.add_column("claims by way")
    table.add_column("CPU s", justify="right")
    for each in found:
        ways = ", ".join(f"{count} {way}" for way, count in each.proof.ways.items() if count)
        seconds = f"{each.proof.cpu_seconds:.2f}{' (kept)' if each.kept else ''}"
        table.add_row(
            each.leaf.name, f"{each.count:,}" if each.count else "lemma", each.proof.status.value, ways or "-", seconds
        )
    console.print(table)
    for each in found:
        if each.proof.counterexample:
            console.print(f"{each.leaf.name}: {each.proof.counterexample}")
        elif each.proof.status is Status.UNRESOLVED:
            console.print(f"{each.leaf.name}: {', '.join(each.proof.open) or 'all'} open: {each.proof.why}")
    counts = {status: sum(each.proof.status is status for each in found) for status in Status}
    console.print(", ".join(f"{count} {status.value}" for status, count in counts.items()))
    return found
