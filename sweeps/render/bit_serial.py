"""The tables of bit-serial designs: for the terminal, JSON and ``docs/bit_serial.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from hwsim.bit_serial import BIT_SERIAL, parse_design
from hwsim.bit_serial.registry import default_fields, design_text
from hwsim.encodings import Encoding
from hwsim.formats import INT8
from hwsim.spec import field_text
from sweeps.bit_serial import Comparison, compare
from sweeps.render.reference import Catalogue

VARIANTS = (
    "stripes",
    "pragmatic",
    "pragmatic:encoding=twos-complement",
    "pragmatic:encoding=booth",
    "pragmatic:columns=16",
    "laconic",
    "laconic:encoding=naf",
    "laconic:group=1",
    "bitlet",
    "bitlet:encoding=twos-complement",
    "sibia",
    "sibia:group=4",
    "bitwave",
    "bitwave:group=16",
    "bitwave:group=32",
)


def design_table() -> Catalogue:
    """What each design is."""
    columns = ("Design", "What takes cycles", "A is", "Fields and defaults", "Source")
    rows = tuple((k.name, k.summary, k.serial_operand, _defaults(k.name), k.source) for k in BIT_SERIAL)
    return Catalogue("designs", "Designs", columns, rows)


def _defaults(name: str) -> str:
    kind = type(parse_design(name))
    return ", ".join(f"{field}={field_text(value)}" for field, value in default_fields(kind).items())


def comparison_table(found: Sequence[Comparison]) -> Catalogue:
    """What the designs take for the same operands."""
    columns = ("Design", "Cycles per operand", "Expected", "Speed-up at equal bit products")
    rows = tuple(
        (
            design_text(c.design),
            f"{c.per_operand:.2f}",
            "–" if c.expected is None else f"{c.expected:.3f}",
            f"{c.speedup:.2f}",
        )
        for c in found
    )
    return Catalogue("comparison", f"Lane cycles, {found[0].data.source}, {found[0].data.format}", columns, rows)


def record(c: Comparison) -> dict[str, object]:
    """One comparison, for programs."""
    design = {field.name: getattr(c.design, field.name) for field in fields(c.design)}
    return {
        "data": c.data.source,
        "design": c.design.name,
        **{name: _plain(value) for name, value in design.items()},
        "lanes": c.design.lanes,
        "lane_bit_products": c.design.lane_bit_products,
        "cycles": c.cycles,
        "lane_cycles_per_operand": c.per_operand,
        "expected_lane_cycles_per_operand": c.expected,
        "speedup_at_equal_bit_products": c.speedup,
    }


def _plain(value: object) -> object:
    return value if isinstance(value, int) else value.name if isinstance(value, Encoding) else str(value)


def reference_markdown() -> str:
    """The tables of ``docs/bit_serial.md``, each under its title."""
    designs = [parse_design(text) for text in VARIANTS]
    tables = (
        design_table(),
        *(comparison_table(found) for data in ("normal", "uniform") for found in compare(designs, data, INT8)),
    )
    return "\n\n".join(f"### {table.title}\n\n{table.markdown()}" for table in tables) + "\n"
