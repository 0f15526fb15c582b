"""The products of a network as jobs for a machine: what each asks of the memories, and what rides along with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hwsim.attention import VECTOR_UNIT
from hwsim.errors import SpecError
from hwsim.gemm import Gemm
from hwsim.machine import Machine
from hwsim.storage import Storage
from hwsim.table_work import Precompute
from hwsim.tiles.demand import Demand
from hwsim.vector_unit import Chain, addend_bytes, chain_after, parameter_bytes
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Movement, Operator, Product


@dataclass(frozen=True, slots=True)
class Job:
    """One product operator, its demand, and the chain of vector operators fused into it.

    ``machine`` runs it: the machine that was asked, or what stands beside its engine for products of two activations.
    """

    machine: Machine
    operator: Operator
    product: Product
    demand: Demand
    chain: Chain
    b_is_constant: bool
    """whether B is there before the network runs, as weights are"""
    a_shape: tuple[int, ...]
    b_shape: tuple[int, ...]
    """shapes of the stored tensors"""

    @property
    def name(self) -> str:
        return self.operator.name


def jobs_of(workload: Workload, machine: Machine) -> dict[str, Job]:
    """The jobs of all products, by operator, in the workload's order.

    Raises SpecError, naming the layer, for a product that the engine cannot compute.
    """
    storage = Storage(workload, machine.engine, machine.tables)
    return {job.name: job for job in _jobs(workload, machine, storage)}


def _jobs(workload: Workload, machine: Machine, storage: Storage) -> Iterator[Job]:
    for operator, product in workload.products:
        runs = machine if storage.on_engine(product) else machine.beside
        if runs is None:
            raise SpecError(
                f"{workload.name}: layer {operator.name!r} multiplies two activations, and this machine has nothing "
                f"beside {machine.engine.spec} for it"
            )
        try:
            runs.engine.check(_asked(product.gemm, runs is machine or machine.attention != VECTOR_UNIT))
        except SpecError as error:
            raise SpecError(f"{workload.name}: layer {operator.name!r}: {error}") from None
        chain = chain_after(workload, operator)
        a, b = workload.tensors[product.a], workload.tensors[product.b]
        demand = _demand(runs, storage, operator, product, chain)
        yield Job(runs, operator, product, demand, chain, storage.has_constant_b(product), a.shape, b.shape)


def _asked(gemm: Gemm, formats: bool) -> Gemm:
    """The product with or without its formats: the vector unit has those of the network."""
    return gemm if formats else replace(gemm, a=None, w=None, acc=None)


def _demand(machine: Machine, storage: Storage, operator: Operator, product: Product, chain: Chain) -> Demand:
    gemm, operands = product.gemm, (product.a, product.b)
    elements = (product.a_elements, product.b_elements, product.c_elements)
    if machine.movement is Movement.EXPANDED:
        elements = (gemm.m * gemm.k, gemm.k * gemm.n, gemm.m * gemm.n)
    fused_ops = operator.vector_ops + sum(follower.vector_ops for follower in chain.operators)
    fused_ops += storage.table_operations(chain.result) + _naive_operations(machine, product)
    tables, written = storage.tables_read(product), storage.tables_made(chain.result)
    a_bits, a_elements = (
        (tables.table_bits, tables.tables(product)) if tables else (storage.a_bits(product), elements[0])
    )
    return Demand(
        gemm.m,
        gemm.n,
        gemm.k,
        gemm.batch,
        a_bits,
        storage.b_bits(product),
        (product.gemm.acc or machine.engine.mac.acc).bits,
        storage.bits[chain.result],
        a_elements,
        *elements[1:],
        a_shared=product.a_shared,
        b_shared=product.b_shared,
        parameter_bytes=parameter_bytes(storage, (operator, *chain.operators), operands)
        + addend_bytes(storage, operator, operands),
        vector_ops=-(-fused_ops // (gemm.m * gemm.n * gemm.batch)),
        a_group=tables.group if tables else 1,
        c_bytes=-(-storage.written_bytes(chain.result) // gemm.batch) if written else None,
    )


def _naive_operations(machine: Machine, product: Product) -> int:
    """Additions that make the tables of a product in the product itself."""
    tables, gemm = machine.tables, product.gemm
    if tables is None or tables.how is not Precompute.NAIVE:
        return 0
    return tables.tables(product) * gemm.batch * tables.table_operations * tables.repeats(gemm.n)
