"""Claims on bit-serial engines: cycles of their lanes for the same operands."""

from __future__ import annotations

from functools import partial

import numpy as np

from hwsim.bit_serial import parse_design
from hwsim.encodings import Distribution
from hwsim.errors import SpecError
from hwsim.formats import INT8
from sweeps.reproduce.bitweight.operands import drawn
from sweeps.reproduce.claim import derived, measured, table
from sweeps.reproduce.system import Section
from sweeps.reproduce.tolerance import EXACT, relative

COUNTED = measured("counts on normal data of sigma 24.4, printed to two or three digits")
SAMPLING = relative(0.005)
ONE, MEETING = "group=1,empty_group_cycles=0", "group=16"
CODES = {"sign-magnitude": (2.48, 4.34), "twos-complement": (3.98, 7.04), "booth": (2.41, 3.79), "ent": (2.22, 3.44),
         "naf": (2.16, 3.28)}  # fmt: skip
TERMS = {"naf": (4.66, 9.28), "booth": (5.82, 11.7)}
BITLET = {"sign-magnitude": 35.1, "twos-complement": 37.1}
BITWAVE = {8: 5.83, 16: 6.10, 32: 6.26}
BITLET_GROUPS = 4096


def expected(design: str) -> float:
    """Lane cycles of an operand pair, exact for independent operands."""
    found = parse_design(design).expected(Distribution.published_normal(INT8))
    if found is None:
        raise SpecError(f"{design}: no exact expectation is known")
    return found


def bitlet(encoding: str) -> float:
    """Cycles of a group of 64 operands, counted on drawn groups."""
    a = drawn(Distribution.published_normal(INT8), (BITLET_GROUPS, 64))
    return parse_design(f"bitlet:encoding={encoding}").cycles(a, np.ones((64, 1), np.int8)) / BITLET_GROUPS


def _cells(
    design: str, fields: str, values: dict[str, tuple[float, float]], of: int
) -> list[tuple[str, float, partial[float]]]:
    return [
        (code, figures[of], partial(expected, f"{design}:{fields},encoding={code}")) for code, figures in values.items()
    ]


BIT_SERIAL = Section(
    "Bit-serial engines",
    (
        *table("cycles of a lane (Stripes)", derived("its rule"), EXACT, [("", 8, partial(expected, "stripes"))],
               "cycles"),
        *table("non-zero digits of an operand (Bit-Pragmatic)", COUNTED, SAMPLING,
               _cells("pragmatic", ONE, CODES, 0), "cycles"),
        *table("the most of 16 lanes (Bit-Pragmatic)", COUNTED, SAMPLING, _cells("pragmatic", MEETING, CODES, 1),
               "cycles"),
        *table("pairs of non-zero digits (Laconic)", COUNTED, SAMPLING, _cells("laconic", ONE, TERMS, 0), "cycles"),
        *table("the most of 16 lanes (Laconic)", COUNTED, SAMPLING, _cells("laconic", MEETING, TERMS, 1), "cycles"),
        *table("cycles of 64 operands (Bitlet)", COUNTED, SAMPLING,
               [(code, value, partial(bitlet, code)) for code, value in BITLET.items()], "cycles",
               "counted on 4096 drawn groups"),
        *table("columns of a group that are not all zero (BitWave)", COUNTED, SAMPLING,
               [(f"groups of {n}", value, partial(expected, f"bitwave:group={n}")) for n, value in BITWAVE.items()],
               "cycles"),
    ),
)  # fmt: skip
