"""Of random mutants of leaves (one gate wrong), how many do the proofs and how many does a bench in Icarus notice?

Prints the tables of docs/benchmarks.md: mutants by family, and proofs of all leaves of the engines and designs named.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Mapping, Sequence

from hwsim.bit_serial import BIT_SERIAL as DESIGNS
from hwsim.bit_serial import parse_design
from hwsim.bit_serial.parts import parts
from hwsim.engine import load_engine
from hwsim.inventory import Leaf
from rtl.leaves import build_cell
from rtl.proof.engine_proof import LeafProof, leaf_proof
from rtl.proof.mutants import Fate, bench_fates, mutants_of
from rtl.proof.proving import Status
from rtl.synthesis.cache import NO_CACHE

INT8 = {"a_bits": 8, "a_signed": 1, "w_bits": 8, "w_signed": 1}
PE = INT8 | {"acc_bits": 32, "drain": 0}
FP8 = {"exp_bits": 4, "frac_bits": 3, "infinities": 0}
BIT_SERIAL = tuple(
    dict.fromkeys(
        leaf
        for text in (*(kind.name for kind in DESIGNS), "laconic:encoding=naf", "sibia:group=4")
        for leaf, _ in parts(parse_design(text)).inventory(1)
    )
)
"""The leaves of the bit-serial designs."""

FAMILIES: Mapping[str, Sequence[Leaf]] = {
    "PE, mac=parallel": [Leaf.of("pe_os", **PE)],
    "PE, mac=booth": [Leaf.of("pe_os_booth", **PE)],
    "PE, mac=fused": [Leaf.of("pe_os_fused", **PE)],
    "PE, mac=opt1": [Leaf.of("pe_os_opt1", **PE)],
    "compressors, trees": [
        Leaf.of("tree_compressor", bits=20),
        Leaf.of("tree_bit_weights", digits=4, digit_bits=14, sum_bits=20, registered=1),
        Leaf.of("tree_multiplier_opt2", **INT8, pp_bits=10, overlap=1),
        Leaf.of("accumulate_pair", acc_bits=32),
    ],
    "encoders": [
        Leaf.of(f"encoder_{name}", a_bits=8, a_signed=1)
        for name in ("booth", "ent", "naf", "sign_magnitude", "twos_complement")
    ],
    "slices": [
        Leaf.of("pe_slice", w_bits=8, w_signed=1, lanes=4, largest_digit=2, pair_bits=26),
        Leaf.of("sparse_encoder", group=4, registered=1),
        Leaf.of("simd_lane", pair_bits=26, acc_bits=32, radix_bits=2, digits=4),
        Leaf.of("operand_latch", bits=8, inputs=4),
    ],
    "LUT units": [
        *(leaf for leaf, _ in load_engine("lut:m=1,n=1,k=4,w_bits=2").inventory() if leaf.kind == "pe_lut"),
        *(leaf for leaf, _ in load_engine("unpu:m=1,n=1,k=4,w_bits=2").inventory() if leaf.kind.startswith("pe_")),
        *(leaf for leaf, _ in load_engine("lut:m=1,n=1,k=4,w_bits=2").inventory() if leaf.kind == "table_builder"),
        *(leaf for leaf, _ in load_engine("lut:m=1,n=1,k=4,w_bits=2").inventory() if leaf.kind == "row_correction"),
    ],
    "bit-serial PEs": [leaf for leaf in BIT_SERIAL if leaf.kind.startswith("pe_")],
    "bit-serial issue": [leaf for leaf in BIT_SERIAL if leaf.kind.partition("_")[0] in ("column", "signed", "term")],
    "floats": [
        Leaf.of("fp_adder", **FP8),
        Leaf.of("fp_multiplier", **FP8, **{f"out_{name}": value for name, value in FP8.items()}),
    ],
    "control": [
        Leaf.of("lane_control", step_bits=13, turns=2, digits=4, address=1),
        Leaf.of("column_control", turns=3, digits=4, chain=3, awaits=1),
        Leaf.of("plane_control", planes=5, corrected=1, top=0),
    ],
}
MEANT = {
    "encoder": {"select": "right_enable"},
    "sparse_encoder": {},
    "term_sequencer": {"negative": "right_enable", "exponent": "right_enable"},
}
"""Where outputs mean something, by the beginning of a leaf's kind."""

ENGINES = (
    *(
        f"{array},mac={mac}"
        for array in ("systolic-os:rows=2,cols=2", "systolic-ws:rows=2,cols=2", "matrix-2d:rows=2,cols=2", "cube:p=2")
        for mac in ("parallel", "booth", "fused", "opt1")
    ),
    "systolic-os:rows=2,cols=2,drain=column,mac=opt1",
    *(f"adder-tree:k=4,n=2,mac={mac}" for mac in ("parallel", "booth", "opt1", "opt2")),
    *(f"bitslice:columns=2,rows=2,mac={mac}" for mac in ("opt3", "opt4c", "opt4e")),
    *(f"bitslice:columns=2,rows=2,encoding={name}" for name in ("booth", "naf", "sign-magnitude", "twos-complement")),
    *(f"{name}:m=2,n=2,k=4,w_bits=2" for name in ("lut", "lut-conventional", "unpu", "bit-serial-add", "dequant-mac")),
    *(f"{name}:m=2,n=2,k=4,w_bits=2,a=fp8e4m3" for name in ("lut", "bit-serial-add", "dequant-mac")),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=200, help="for each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120, help="for each proof")
    parser.add_argument("--only", choices=("proofs", "mutants"), help="one of the two tables")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="this family of mutants; all without it")
    options = parser.parse_args()
    if options.only != "mutants":
        print_proofs(options.seconds)
    if options.only != "proofs":
        print_mutants(options.family or list(FAMILIES), options.mutants, options.seed, options.seconds)


def print_mutants(families: Sequence[str], count: int, seed: int, seconds: float) -> None:
    headings = "family, mutants, killed by proof, killed by bench, meet the specification, of these seen by bench, open"
    print(f"| {' | '.join(headings.split(', '))} |")
    print("|---|---|---|---|---|---|---|")
    equivalent: list[str] = []
    for family in families:
        leaves = FAMILIES[family]
        fates: Counter[tuple[Fate, Fate]] = Counter()
        for i, leaf in enumerate(leaves):
            share = count // len(leaves) + (i < count % len(leaves))
            fates += of_leaf(leaf, share, seed, seconds, equivalent)
        proof = Counter({fate: sum(n for (of, _), n in fates.items() if of is fate) for fate in Fate})
        bench = sum(n for (_, of), n in fates.items() if of is Fate.KILLED)
        seen = fates[Fate.MEETS, Fate.KILLED]
        row = (family, count, proof[Fate.KILLED], bench, proof[Fate.MEETS], seen, proof[Fate.OPEN])
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    print("\nmutants that meet the specification, and those that are open:")
    print("\n".join(equivalent))


def of_leaf(leaf: Leaf, count: int, seed: int, seconds: float, listed: list[str]) -> Counter[tuple[Fate, Fate]]:
    """How many mutants have which fates, in the proof and in the bench; those that live are added to ``listed``."""
    mutants = mutants_of(build_cell(leaf), count, seed)
    meant = next((ports for kind, ports in MEANT.items() if leaf.kind.startswith(kind)), {})
    benched = bench_fates(mutants, seed, meant)
    proven = [mutants.proof(i + 1, seconds) for i in range(count)]
    for fate, name in zip(proven, mutants.named, strict=True):
        if fate is not Fate.KILLED:
            listed.append(f"{leaf.kind}: {fate.value}: {name}")
    return Counter(zip(proven, benched, strict=True))


def print_proofs(seconds: float) -> None:
    """Every leaf of ENGINES and of the bit-serial designs once, and the lemmas."""
    of_engines = (leaf for spec in ENGINES for leaf, _ in load_engine(spec).inventory())
    leaves = list(dict.fromkeys([*of_engines, *BIT_SERIAL]))
    found: list[LeafProof] = []
    for leaf in leaves:
        found.append(leaf_proof(leaf, NO_CACHE, seconds))
        leaves += [lemma for lemma in found[-1].lemmas if lemma not in leaves]
    kinds = sorted({each.leaf.kind for each in found})
    print("| kind | leaves | proven | unresolved | claims by gates, values, sums, SAT | CPU s |")
    print("|---|---|---|---|---|---|")
    for kind in kinds:
        of = [each.proof for each in found if each.leaf.kind == kind]
        status = Counter(proof.status for proof in of)
        ways = [sum(proof.ways.get(way, 0) for proof in of) for way in ("gates", "values", "sums", "sat")]
        cpu = sum(proof.cpu_seconds for proof in of)
        row = (kind, len(of), status[Status.PROVEN], status[Status.UNRESOLVED], ", ".join(map(str, ways)), f"{cpu:.1f}")
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    spent = os.times()
    total = spent.user + spent.system + spent.children_user + spent.children_system
    print(f"\n{len(found)} leaves, {total:.0f} s of CPU")
    for each in found:
        if each.proof.status is not Status.PROVEN:
            print(each.leaf.name, each.proof.status.value, each.proof.counterexample or each.proof.why)


if __name__ == "__main__":
    main()
