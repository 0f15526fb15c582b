"""The tables of digit encodings and of their statistics: for the terminal, JSON and ``docs/encodings.md``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hwsim.encodings import ENCODINGS, DigitStatistics, Distribution, Encoding
from hwsim.formats import INT8, IntFormat
from sweeps.render.reference import Catalogue

SIGMAS = (5, 10, 15, 20, 24.4, 25, 30, 40, 50, 60)
_BARS = " ▁▂▃▄▅▆▇█"


def encoding_table(encodings: Sequence[Encoding], format: IntFormat) -> Catalogue:
    """What each encoding is, for operands of ``format``."""
    columns = ("Encoding", "What it is", "Radix", "Digits", "Digit set", "Stored bits", "Carries")
    rows = tuple(
        (
            e.name,
            e.summary,
            str(e.radix),
            str(e.digits(format)),
            ", ".join(map(str, e.digit_set)),
            str(e.stored_bits(format)),
            "yes" if e.carries else "no",
        )
        for e in encodings
    )
    return Catalogue("encodings", f"Encodings of {format}", columns, rows)


def statistics_table(found: Sequence[DigitStatistics], group: int, empty_group_cycles: int) -> Catalogue:
    """Statistics of several encodings over one distribution."""
    cycles = f"Cycles per operand (groups of {group}, empty {empty_group_cycles})"
    columns = ("Encoding", "Mean non-zero", "Sd", cycles, "0, 1, 2, ... non-zero", "P(digit is non-zero), lowest first")
    rows = tuple(
        (
            s.encoding.name,
            f"{s.mean:.3f}",
            f"{s.sd:.3f}",
            f"{s.cycles_per_operand(group, empty_group_cycles):.3f}",
            bars(s.nonzero_pmf.tolist()),
            " ".join(f"{p:.3f}" for p in s.nonzero_by_position),
        )
        for s in found
    )
    return Catalogue("statistics", f"Digits of {found[0].distribution.source}", columns, rows)


def bars(values: Sequence[float]) -> str:
    """A bar of text per value, the largest full."""
    top = max(values)
    return "".join(_BARS[round(value / top * (len(_BARS) - 1))] for value in values)


def record(s: DigitStatistics, group: int, empty_group_cycles: int) -> dict[str, object]:
    """All statistics of one encoding over one distribution, for programs."""
    return {
        "data": s.distribution.source,
        "format": s.distribution.format.name,
        "encoding": s.encoding.name,
        "radix": s.encoding.radix,
        "digits": s.digits,
        "mean_nonzero_digits": s.mean,
        "sd_nonzero_digits": s.sd,
        "nonzero_digits_pmf": s.nonzero_pmf.tolist(),
        "nonzero_by_position": s.nonzero_by_position.tolist(),
        "digit_set": list(s.encoding.digit_set),
        "digit_probabilities": s.digit_probabilities.tolist(),
        "group": group,
        "empty_group_cycles": empty_group_cycles,
        "group_cycles_by_position": s.group_cycles(group, empty_group_cycles).tolist(),
        "cycles_per_operand": s.cycles_per_operand(group, empty_group_cycles),
    }


def reference_tables() -> tuple[Catalogue, ...]:
    """The tables of ``docs/encodings.md``: INT8 operands, exact."""
    return (
        encoding_table(ENCODINGS, INT8),
        _examples(),
        _histograms(),
        _means(),
        _positions(),
    )


def reference_markdown() -> str:
    """The tables, each under its title."""
    return "\n\n".join(f"### {table.title}\n\n{table.markdown()}" for table in reference_tables()) + "\n"


def _examples() -> Catalogue:
    values = (91, 124, 127, 3, -2, -127, -128)
    rows = tuple((str(v), *(_msb_first(e, v) for e in ENCODINGS)) for v in values)
    return Catalogue("examples", "Digits of some values, most significant first", ("Value", *_names()), rows)


def _msb_first(encoding: Encoding, value: int) -> str:
    return " ".join(map(str, encoding.encode(np.array(value), INT8)[::-1].tolist()))


def _histograms() -> Catalogue:
    found = [DigitStatistics(e, Distribution.uniform(INT8)) for e in ENCODINGS]
    most = max(s.digits for s in found)
    rows = tuple(
        (
            s.encoding.name,
            *(str(round(256 * p)) for p in s.nonzero_pmf),
            *[""] * (most - s.digits),
            f"{s.mean:.3f}",
            f"{100 * s.at_most(3):.2f} %",
        )
        for s in found
    )
    columns = ("Encoding", *map(str, range(most + 1)), "Mean", "At most 3")
    return Catalogue("histograms", "Non-zero digits of the 256 values", columns, rows)


def _means() -> Catalogue:
    rows = tuple(
        (f"{sigma:g}", *(f"{DigitStatistics(e, Distribution.normal(INT8, sigma)).mean:.3f}" for e in ENCODINGS))
        for sigma in SIGMAS
    )
    return Catalogue("means", "Mean non-zero digits of rounded normal data", ("Sigma", *_names()), rows)


def _positions() -> Catalogue:
    found = [DigitStatistics(e, Distribution.published_normal(INT8)) for e in ENCODINGS]
    table = statistics_table(found, 4, 1)
    keep = [i for i, column in enumerate(table.columns) if not column.startswith("0, 1")]
    rows = tuple(tuple(row[i] for i in keep) for row in table.rows)
    return Catalogue("positions", "At sigma 24.4", tuple(table.columns[i] for i in keep), rows)


def _names() -> tuple[str, ...]:
    return tuple(encoding.name for encoding in ENCODINGS)
