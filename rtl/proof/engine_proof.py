"""Every leaf of an engine or bit-serial design, and the units on which their proofs rest; what was proven is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import hwsim
from hwsim.bit_serial import BitSerial
from hwsim.bit_serial.parts import parts
from hwsim.engine import Engine
from hwsim.inventory import Inventory, Leaf
from rtl.engines import build_top
from rtl.leaves import build_cell
from rtl.netlist import Cell
from rtl.proof.elaboration import REGISTER
from rtl.proof.proving import SECONDS, Proof, Status, proof_of
from rtl.proof.specification import Specification
from rtl.proof.specifications import SPECIFICATIONS, WITHOUT
from rtl.proof.view import specified, viewed
from rtl.synthesis.cache import Cache, cache_folder, digest_of
from rtl.synthesis.yosys import yosys_version


@dataclass(frozen=True, slots=True)
class LeafProof:
    """A leaf, how many of it the engine has (0: a lemma alone), what its proof rests on, and the outcome."""

    leaf: Leaf
    count: int
    lemmas: tuple[Leaf, ...]
    proof: Proof
    kept: bool

    @property
    def facts(self) -> Mapping[str, Any]:
        return {
            "leaf": self.leaf.name,
            "kind": self.leaf.kind,
            "count": self.count,
            "lemmas": [lemma.name for lemma in self.lemmas],
            "kept": self.kept,
            **self.proof.facts,
        }


def proof_cache() -> Cache:
    """Where proofs are kept."""
    return Cache(cache_folder() / "proofs")


def engine_proofs(engine: Engine, store: Cache, seconds: float = SECONDS) -> Iterator[LeafProof]:
    """The proofs of an engine's leaves, then of the units that they rest on; ``seconds`` is the time for each.

    Raises SpecError for an engine without gates, MissingToolError without pyosys.
    """
    build_top(engine)
    yield from _proofs(engine.inventory(), store, seconds)


def design_proofs(design: BitSerial, store: Cache, seconds: float = SECONDS) -> Iterator[LeafProof]:
    """The proofs of the leaves of a bit-serial design's PEs and of what issues their operands.

    Raises SpecError for a design without gates, MissingToolError without pyosys.
    """
    yield from _proofs(parts(design).inventory(design.columns), store, seconds)


def _proofs(inventory: Inventory, store: Cache, seconds: float) -> Iterator[LeafProof]:
    counts = dict(inventory)
    waiting = list(counts)
    for leaf in waiting:
        found = leaf_proof(leaf, store, seconds, counts.get(leaf, 0))
        waiting += [lemma for lemma in found.lemmas if lemma not in waiting]
        yield found


def leaf_proof(leaf: Leaf, store: Cache, seconds: float = SECONDS, count: int = 1) -> LeafProof:
    """The proof of one leaf, from ``store`` if it was proven before."""
    cell = build_cell(leaf)
    if leaf.kind not in SPECIFICATIONS:
        proof = Proof(Status.UNRESOLVED, {}, why=f"without a specification: {WITHOUT[leaf.kind]}")
        return LeafProof(leaf, count, (), proof, kept=False)
    specification = specified(cell, REGISTER.findall(cell.text))
    lemmas = tuple(specification.lemmas)
    key = proof_key(cell, specification)
    if kept := store.load(key):
        return LeafProof(leaf, count, lemmas, Proof.of_facts(kept), kept=True)
    begun = _cpu_seconds()
    proof = proof_of(viewed(cell), seconds)
    proof = replace(proof, cpu_seconds=_cpu_seconds() - begun)
    if proof.status is Status.PROVEN:
        store.store(key, proof.facts)
    return LeafProof(leaf, count, lemmas, proof, kept=False)


def proof_key(cell: Cell, specification: Specification) -> str:
    """The digest of all that a proof depends on: gates, claims, units, the code that proves, the tool."""
    claims = repr((specification.wires, specification.claims))
    units = (build_cell(lemma).text for lemma in specification.lemmas)
    return digest_of(cell.text, claims, *units, method_digest(), yosys_version())


@cache
def method_digest() -> str:
    """Of the specifications, of what checks them, and of the model's floats and encodings."""
    models = Path(hwsim.__file__).parent
    folders = [Path(__file__).parent, models / "hardware_floats", models / "encodings"]
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return digest_of(*(part for file in files for part in (file.name, file.read_text("utf-8"))))


def _cpu_seconds() -> float:
    """Of this process and of its children that ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
