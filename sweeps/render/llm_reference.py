"""The tables of ``docs/gpu.md``: what is assumed, what was fitted, the presets, the error on published numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import groupby
from statistics import fmean

from hwsim.gpu import ASSUMPTIONS, CONSTANTS, GPUS, SOURCES
from hwsim.gpu.registry import UNIT_FIELDS
from hwsim.gpu.unit import LUT_BITS, MAC_BITS, UnitKind, listed
from hwsim.spec import field_text
from sweeps.render.reference import Catalogue
from sweeps.render.reproduce_words import number
from sweeps.reproduce.lut.fusion import FUSION
from sweeps.reproduce.lut.kernels import KERNELS
from sweeps.reproduce.lut.networks import NETWORKS
from sweeps.reproduce.stored import load
from sweeps.reproduce.verdict import Row

OF_THE_MODEL = (NETWORKS, FUSION, KERNELS)
UNIT_MEANINGS = {
    "unit": "tensor cores or LUT arrays",
    "times": "of LUT arrays: their rate over 256 multiply-accumulates per tensor core and cycle, at `w_bits`",
    "w_bits": f"bits of a weight, by default 2 where `unit=lut`, else those of activations; LUT arrays take "
    f"{listed(LUT_BITS)}, tensor cores {listed(MAC_BITS)} and at most those of activations",
    "a": "format of activations",
    "registers": "capacity of the register file over the GPU's own; 2 is double register modelling",
    "entry_bits": "of LUT arrays: bits of an entry of a table",
    "scale": "of LUT arrays: activations that share one scale of their tables, whole tables",
    "share": "of LUT arrays: columns that share a table where precompute is naive",
    "w_group": "weights that share a scale of 16 bits and a zero point of `w_bits`; 0: one for a channel or tensor",
}


def reference_markdown() -> str:
    """All tables, each under its title."""
    tables = (_assumptions(), _constants(), _unit(), _presets(), _sources(), *_errors(), _summary())
    return "\n\n".join(f"### {table.title}\n\n{table.markdown()}" for table in tables) + "\n"


def _assumptions() -> Catalogue:
    return Catalogue("assumptions", "What is assumed", ("Subject", "Assumed"), tuple(ASSUMPTIONS.items()))


def _constants() -> Catalogue:
    rows = tuple((c.name, f"{c.value:g}", c.meaning, c.reason, c.fitted_on or "–") for c in CONSTANTS)
    return Catalogue("constants", "Constants", ("Constant", "Value", "What it is", "Why", "Fitted on"), rows)


def _unit() -> Catalogue:
    kinds = " or ".join(kind.value for kind in UnitKind)
    rows = tuple(
        (f"{name}={field_text(default)}" + (f" ({kinds})" if name == "unit" else ""), UNIT_MEANINGS[name])
        for name, default in UNIT_FIELDS.items()
    )
    return Catalogue("unit", "Fields of the matrix unit", ("Field and default", "What it is"), rows)


def _presets() -> Catalogue:
    names = [f.name for f in fields(next(iter(GPUS.values())))]
    rows = tuple((name, *(field_text(getattr(gpu, name)) for gpu in GPUS.values())) for name in names)
    return Catalogue("presets", "Fields of a GPU, and the presets", ("Field", *GPUS), rows)


def _sources() -> Catalogue:
    rows = tuple((name, what, where) for name, of in SOURCES.items() for what, where in of.items())
    return Catalogue("sources", "Where the presets stand", ("GPU", "Fields", "Source"), rows)


def _errors() -> Iterator[Catalogue]:
    """The stored rows of every section that asks this model."""
    columns = ("Claim", "Published", "Ours", "Deviation", "Verdict")
    for section in OF_THE_MODEL:
        rows = [row for row in load("lut").rows if row.section == section.title and row.ours is not None]
        yield Catalogue("errors", section.title, columns, tuple(map(_error, rows)))


def _error(row: Row) -> tuple[str, ...]:
    unit = f" {row.unit}" if row.unit else ""
    ours = f"{row.ours:.4g}" if isinstance(row.ours, float) else str(row.ours)
    deviation = "–" if row.deviation is None else f"{100 * row.deviation:+.1f} %"
    return row.claim, number(row.published) + unit, ours, deviation, row.verdict


def _summary() -> Catalogue:
    """Mean magnitude of the deviations of each series with more than one number."""
    rows = [row for row in load("lut").rows if row.section in {s.title for s in OF_THE_MODEL} and row.deviation]
    kinds = [(name, list(of)) for name, of in groupby(rows, key=lambda row: row.series)]
    cells = tuple((name, str(len(of)), f"{100 * _mean(of):.1f} %") for name, of in kinds if len(of) > 1)
    return Catalogue("summary", "Mean error by series", ("Series", "Numbers", "Mean magnitude of the deviation"), cells)


def _mean(rows: Sequence[Row]) -> float:
    return fmean(abs(row.deviation) for row in rows if row.deviation is not None)
