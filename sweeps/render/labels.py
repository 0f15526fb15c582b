"""What a design is called: the shortest inline form that tells it from the others, and how to run it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from hwsim.arrays import ARRAYS
from hwsim.engine import defaults_of
from hwsim.layer_run import Depth
from hwsim.macs import MACS
from sweeps.plan_settings import MAPPER_FIELDS
from sweeps.space import shown
from sweeps.table import Entry

Fields = Mapping[str, Any]


OPTIONS = (
    ("--depth", "depth", Depth.CLOSED.value),
    ("--objective", "plan_objective", MAPPER_FIELDS["plan_objective"].value),
    ("--buffers", "plan_buffers", MAPPER_FIELDS["plan_buffers"].value),
)
"""How `hwsim simulate` is told the fields of a point that are not the machine's: option, field, default."""


class Labels:
    """Names for the designs of one table; a field shows if it varies within its array or is not at its default."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        seen: dict[tuple[str, str], set[object]] = {}
        for entry in entries:
            for name, value in entry.fields["engine"].items():
                seen.setdefault((entry.fields["array"], name), set()).add(value)
        self._varying = {key for key, values in seen.items() if len(values) > 1}

    def _shown(self, entry: Entry) -> dict[str, Any]:
        array, engine = entry.fields["array"], entry.fields["engine"]
        defaults = _defaults(array, engine["mac"])
        kept = [n for n in defaults if (array, n) in self._varying or engine[n] != defaults[n]]
        return {name: engine[name] for name in kept}

    def engine(self, entry: Entry) -> str:
        """An inline form that ``load_engine`` reads: ``cube:p=8``."""
        fields = ",".join(f"{name}={_text(value)}" for name, value in self._shown(entry).items())
        return f"{entry.fields['array']}:{fields}" if fields else str(entry.fields["array"])

    def short(self, entry: Entry) -> str:
        """For a mark in a plot: ``cube 8``, ``matrix-2d 32×32``."""
        engine, kept = entry.fields["engine"], self._shown(entry)
        sides = [name for name in ("rows", "cols", "p", "k", "n") if name in engine]
        geometry = "×".join(str(engine[name]) for name in sides)
        rest = [f"{name}={_text(value)}" for name, value in kept.items() if name not in sides]
        return " ".join([entry.fields["array"], geometry, *rest]).replace("  ", " ")

    def machine(self, entry: Entry) -> str:
        """The fields of its machine that the study sets, as ``--machine`` reads them; empty if it sets none."""
        fields = ",".join(f"{name}={_measure(name, value)}" for name, value in entry.fields["machine"].items())
        return f":{fields}" if fields else ""

    def place(self, entry: Entry) -> str:
        """Network, engine and machine inside a sentence."""
        machine = self.machine(entry)
        return f"{entry.workload} on {self.engine(entry)}{f' in {machine}' if machine else ''}"

    def command(self, entry: Entry) -> str:
        """The shell line that simulates this point alone."""
        fields = entry.fields
        words = ["hwsim", "simulate", "--workload", fields["source"], "--engine", self.engine(entry)]
        if fields["machine"]:
            words += ["--machine", self.machine(entry)]
        for name, extent in fields["dims"].items():
            words += ["--dim", f"{name}={extent}"]
        for option, name, usual in OPTIONS:
            if fields[name] != usual:
                words += [option, fields[name]]
        return shlex.join(words)


def _measure(name: str, value: object) -> str:
    """A field of a machine as people write it: ``512KiB``."""
    if name.endswith("_bytes") and isinstance(value, int) and value % 1024 == 0:
        return f"{value // 1024}KiB" if value % (1 << 20) else f"{value >> 20}MiB"
    return _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=256)
def _defaults(array: str, mac: str) -> Mapping[str, Any]:
    arrays, macs = {kind.name: kind for kind in ARRAYS}, {kind.name: kind for kind in MACS}
    typed = {**defaults_of(arrays[array]), **defaults_of(macs[mac])}
    return {**{name: shown(value) for name, value in typed.items()}, "mac": arrays[array].houses[0].name}
