"""What the leaves of arrays for low-bit weights do in one clock cycle, in plain integers, and samples of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as pairs

from hwsim.inventory import Leaf

Values = Mapping[str, int]
Answer = tuple[dict[str, int], dict[str, int]]


def parted(bus: int, bits: int, count: int, signed: int = 0) -> list[int]:
    words = [bus >> place * bits & ((1 << bits) - 1) for place in range(count)]
    return [word - (signed * (word >> (bits - 1)) << bits) for word in words]


def table_builder(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    """Every entry by itself: bits from the highest on belong to the activations from the first on."""
    group = leaf["group"]
    first, *others = a = parted(pin["a"], leaf["bits"], group, leaf["signed"])
    if leaf["subset"]:
        table = [sum(x for j, x in enumerate(a) if w >> (group - 1 - j) & 1) for w in range(1 << group)]
    else:
        signs = [[1 if w >> (group - 2 - j) & 1 else -1 for j in range(group - 1)] for w in range(1 << (group - 1))]
        table = [sum(s * x for s, x in zip(row, others, strict=True)) - first for row in signs]
    bits = leaf["entry_bits"]
    return {"entries": sum((entry & ((1 << bits) - 1)) << i * bits for i, entry in enumerate(table))}, {}


def dequantiser(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    (whole,) = parted(pin["d"], leaf["bits"], 1, signed=1)
    value = 2 * pin["d"] - 1 if leaf["bits"] == 1 else whole
    return {"q": value % (1 << leaf["whole_bits"])}, {}


def plane_control(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    correct = leaf["corrected"] & pin["valid"] & pin.get("last", 0)
    counted, plane = pin["valid"] & (1 - correct), reg["plane"]
    answer = {"load": counted & (plane == 0)}
    if leaf["planes"] > 1:
        answer["plane"] = plane
    if leaf["top"]:
        answer["top"] = int(plane == leaf["planes"] - 1)
    if leaf["corrected"]:
        answer["correct"] = correct
    return answer, {"plane": (plane + counted) % leaf["planes"]}


def row_correction(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    total = sum(parted(pin["entries"], leaf["entry_bits"], leaf["tables"], signed=1))
    after = (0 if pin["first"] else reg["correction"]) + (-total if leaf["negative"] else total)
    kept = after if pin["load"] else reg["correction"]
    return {"correction": reg["correction"]}, {"correction": kept % (1 << leaf["sum_bits"])}


def contribution(pin: Values, leaf: Leaf) -> int:
    """Of one plane, unshifted."""
    group, tables, bits = leaf["lanes"] // leaf["tables"], leaf["tables"], leaf["a_bits"]
    if leaf.kind == "pe_dequant":
        a = parted(pin["shared"], bits, leaf["lanes"], leaf["a_signed"])
        w = parted(pin["words"], leaf["w_bits"], leaf["lanes"], signed=1)
        return sum(x * y for x, y in zip(a, w, strict=True))
    words = parted(pin["words"], group, tables)
    if leaf.kind == "pe_bit_serial":
        a = parted(pin["shared"], bits, leaf["lanes"], leaf["a_signed"])
        chosen = [word >> (group - 1 - j) & 1 for word in words for j in range(group)]
        return sum(x * (2 * bit - 1 if leaf["w_bits"] == 1 else bit) for x, bit in zip(a, chosen, strict=True))
    half = leaf.kind == "pe_lut"
    entries = 1 << (group - half)
    shared = parted(pin["shared"], bits, tables * entries, signed=1)
    found = [shared[t * entries + word % entries] for t, word in enumerate(words)]
    return sum(-x if half and word >> (group - 1) else x for x, word in zip(found, words, strict=True))


def pe(reg: Values, pin: Values, leaf: Leaf) -> Answer:
    """A register before the addition holds a term and a carry; here it holds what they are worth."""
    term = contribution(pin, leaf) << (pin.get("plane", 0) + leaf["shift"])
    if leaf["top"] and pin["top"]:
        term = -term
    if leaf["corrected"] and pin["correct"]:
        term = pin["correction"]
    added = reg["term"] if leaf["piped"] else term
    after = (0 if pin["first"] else reg["sum"]) + added
    kept = after % (1 << leaf["sum_bits"]) if pin["valid"] else reg["sum"]
    return {"c": reg["sum"] >> (leaf["sum_bits"] - leaf["acc_bits"])}, {"sum": kept, "term": term}


LOW_BIT_MODELS = {
    "dequantiser": dequantiser,
    **dict.fromkeys(("pe_bit_serial", "pe_dequant", "pe_lut", "pe_subset"), pe),
    "plane_control": plane_control,
    "row_correction": row_correction,
    "table_builder": table_builder,
}


def _unit(kind: str, group: int, tables: int, w_bits: int, piped: int) -> Leaf:
    """As an array has it; ``group`` 1 to 4."""
    one, half = int(w_bits == 1), kind == "pe_lut"
    subset = kind == "pe_subset"
    return Leaf.of(
        kind,
        a_bits=8,
        a_signed=int(tables == 1 or kind in ("pe_lut", "pe_subset")),
        w_bits=w_bits,
        acc_bits=16,
        sum_bits=16 + (half and not one),
        lanes=group * tables,
        tables=tables,
        planes=1 if kind == "pe_dequant" else w_bits,
        shift=int(subset and one),
        top=int(not half and not one and kind != "pe_dequant"),
        corrected=int((half and not one) or (subset and one)),
        piped=piped,
    )


LOW_BIT_SAMPLES = [
    *(
        _unit(kind, group, tables, w_bits, piped)
        for kind in ("pe_bit_serial", "pe_dequant", "pe_lut", "pe_subset")
        for (group, tables), (w_bits, piped) in pairs(((4, 1), (1, 2), (3, 3)), ((1, 0), (2, 1), (5, 0)))
    ),
    *(
        Leaf.of("table_builder", group=group, bits=8, signed=signed, entry_bits=8 + group, subset=subset)
        for group in (1, 2, 3, 4, 5)
        for signed, subset in pairs((0, 1), (0, 1))
    ),
    *(  # of activations that are declared without their lowest value
        Leaf.of("table_builder", group=group, bits=8, signed=1, entry_bits=bits, subset=0)
        for group, bits in ((1, 8), (2, 9), (4, 10))
    ),
    *(Leaf.of("dequantiser", bits=bits, whole_bits=8) for bits in (1, 3, 8)),
    *(
        Leaf.of("plane_control", planes=planes, corrected=corrected, top=1 - corrected)
        for planes in (1, 2, 3, 8)
        for corrected in (0, 1)
    ),
    *(
        Leaf.of("row_correction", entry_bits=11, tables=tables, sum_bits=20, negative=negative)
        for tables, negative in pairs((1, 3), (0, 1))
    ),
]
