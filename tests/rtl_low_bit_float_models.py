"""What the leaves of low-bit arrays with float activations do in one clock cycle, and samples of them.

Every operation is one of `hwsim.hardware_floats` on single patterns; orders are spelled out here.
"""

from __future__ import annotations

from itertools import product as pairs

import numpy as np

from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, encode, multiply
from hwsim.hardware_floats.dot_products import table_entries
from hwsim.inventory import Leaf
from hwsim.lut.plans import half_plan, subset_plan
from rtl_float_models import NAMED, ODD, TINY
from rtl_low_bit_models import Answer, Values, parted


def layout_of(leaf: Leaf, prefix: str) -> FloatLayout:
    return FloatLayout(leaf[f"{prefix}_exp"], leaf[f"{prefix}_frac"], bool(leaf[f"{prefix}_inf"]))


def named(prefix: str, layout: FloatLayout) -> dict[str, int]:
    words = (layout.exponent_bits, layout.fraction_bits, int(layout.infinities))
    return {f"{prefix}_{name}": word for name, word in zip(("exp", "frac", "inf"), words, strict=True)}


def plus(x: int, y: int, layout: FloatLayout) -> int:
    return int(add(np.array(x), np.array(y), layout))


def minus(x: int, layout: FloatLayout) -> int:
    return x ^ 1 << layout.magnitude_bits


def wide(x: int, given: FloatLayout, out: FloatLayout) -> int:
    return x if given == out else int(convert(np.array(x), given, out))


def moved(x: int, places: int, layout: FloatLayout) -> int:
    return int(add_exponent(np.array(x), np.array(places), layout))


def tree(terms: list[int], layout: FloatLayout) -> int:
    while len(terms) > 1:
        joined = [plus(terms[i], terms[i + 1], layout) for i in range(0, len(terms) - 1, 2)]
        terms = joined + terms[2 * len(joined) :]
    return terms[0]


def fp_table_builder(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    given, out, group = layout_of(leaf, "a"), layout_of(leaf, "out"), leaf["group"]
    a = [np.array(wide(x, given, out)) for x in parted(pin["a"], given.bits, group)]
    table = table_entries(a, (subset_plan if leaf["subset"] else half_plan)(group), out).tolist()
    return {"entries": sum(entry << i * out.bits for i, entry in enumerate(table))}, {}


def fp_dequantiser(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    (whole,) = parted(pin["d"], leaf["bits"], 1, signed=1)
    value = 2 * pin["d"] - 1 if leaf["bits"] == 1 else whole
    return {"q": int(encode(np.array(float(value)), layout_of(leaf, "out")))}, {}


def fp_row_correction(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    given, acc = layout_of(leaf, "a"), layout_of(leaf, "acc")
    total = tree(parted(pin["entries"], given.bits, leaf["tables"]), given)
    term = wide(minus(total, given) if leaf["negative"] else total, given, acc)
    term = moved(term, -1, acc) if leaf["halved"] else term
    after = plus(0 if pin["first"] else reg["correction"], term, acc)
    return {"correction": reg["correction"]}, {"correction": after if pin["load"] else reg["correction"]}


def terms(pin: Values, leaf: Leaf) -> list[int]:
    """What the tree of a unit adds up."""
    given, group, tables = layout_of(leaf, "a"), leaf["lanes"] // leaf["tables"], leaf["tables"]
    if leaf.kind == "pe_dequant_fp":
        a, w = (parted(pin[name], given.bits, leaf["lanes"]) for name in ("shared", "words"))
        acc = layout_of(leaf, "acc")
        return [int(multiply(np.array(x), np.array(y), given, acc)) for x, y in zip(a, w, strict=True)]
    words = parted(pin["words"], group, tables)
    if leaf.kind == "pe_bit_serial_fp":
        a = parted(pin["shared"], given.bits, leaf["lanes"])
        bits = [word >> (group - 1 - j) & 1 for word in words for j in range(group)]
        if leaf["w_bits"] == 1:
            return [x if bit else minus(x, given) for x, bit in zip(a, bits, strict=True)]
        return [x if bit else 0 for x, bit in zip(a, bits, strict=True)]
    half = leaf.kind == "pe_lut_fp"
    entries = 1 << (group - half)
    shared = parted(pin["shared"], given.bits, tables * entries)
    found = [shared[t * entries + word % entries] for t, word in enumerate(words)]
    return [minus(x, given) if half and w >> (group - 1) else x for x, w in zip(found, words, strict=True)]


def pe(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    given, acc = layout_of(leaf, "a"), layout_of(leaf, "acc")
    dequantised = leaf.kind == "pe_dequant_fp"
    term = tree(terms(pin, leaf), acc if dequantised else given)
    if leaf["top"] and pin["top"]:
        term = minus(term, given)
    if not dequantised:
        places = pin.get("plane", 0) + {1: -1, 2: 0, 4: 1}[leaf["halves"]]
        term = wide(term, given, acc)
        term = moved(term, places, acc) if leaf["w_bits"] > 1 or places else term
    if leaf["corrected"] and pin["correct"]:
        term = pin["correction"]
    after = plus(0 if pin["first"] else reg["sum"], reg["term"] if leaf["piped"] else term, acc)
    return {"c": reg["sum"]}, {"sum": after if pin["valid"] else reg["sum"], "term": term}


KINDS = ("pe_bit_serial_fp", "pe_dequant_fp", "pe_lut_fp", "pe_subset_fp")
LOW_BIT_FLOAT_MODELS = {
    **dict.fromkeys(KINDS, pe),
    "fp_dequantiser": fp_dequantiser,
    "fp_row_correction": fp_row_correction,
    "fp_table_builder": fp_table_builder,
}

HALF, E4M3, E5M2 = (NAMED[name] for name in ("fp16", "fp8e4m3", "fp8e5m2"))


def _unit(
    kind: str, layouts: tuple[FloatLayout, FloatLayout], group: int, tables: int, w_bits: int, piped: int
) -> Leaf:
    """As an array has it."""
    one, half, subset = w_bits == 1, kind == "pe_lut_fp", kind == "pe_subset_fp"
    dequantised = kind == "pe_dequant_fp"
    return Leaf.of(
        kind,
        **named("a", layouts[0]),
        **named("acc", layouts[1]),
        w_bits=layouts[0].bits if dequantised else w_bits,
        lanes=group * tables,
        tables=tables,
        halves=1 if half and not one else 4 if subset and one else 2,
        top=int(not half and not one and not dequantised),
        corrected=int((half and not one) or (subset and one)),
        piped=piped,
    )


LOW_BIT_FLOAT_SAMPLES = [
    *(
        _unit(kind, layouts, group, tables, w_bits, piped)
        for kind in KINDS
        for layouts, (group, tables), (w_bits, piped) in (
            ((HALF, HALF), (2, 1), (1, 0)),
            ((E5M2, TINY), (1, 3), (2, 1)),
            ((TINY, ODD), (2, 2), (5, 0)),
            ((ODD, E5M2), (3, 1), (3, 1)),
        )
    ),
    *(
        Leaf.of("fp_table_builder", group=group, subset=subset, **named("a", given), **named("out", out))
        for (group, given, out), subset in pairs(((1, E4M3, HALF), (3, E5M2, E5M2), (4, ODD, TINY)), (0, 1))
    ),
    *(
        Leaf.of("fp_dequantiser", bits=bits, **named("out", out))
        for bits, out in ((1, E4M3), (2, TINY), (4, E5M2), (5, E4M3), (8, HALF))
    ),
    *(
        Leaf.of("fp_row_correction", tables=tables, negative=negative, halved=1 - negative, **named("a", HALF), **acc)
        for tables, negative, acc in ((1, 0, named("acc", HALF)), (3, 1, named("acc", ODD)))
    ),
]
