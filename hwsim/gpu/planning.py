"""From a network to the kernels of a GPU: what is fused, what lies in the L2, in which width tensors are stored."""

from __future__ import annotations

from collections.abc import Iterable

from hwsim.gemm import Gemm
from hwsim.gpu.calibration import RESIDENT_SHARE, TABLE_KERNEL_EFFICIENCY
from hwsim.gpu.description import Gpu
from hwsim.gpu.draft import Draft, Operands
from hwsim.gpu.precompute import Precompute, made_in_the_product, table_ops
from hwsim.gpu.product import ProductKernel
from hwsim.gpu.registry import GpuMachine
from hwsim.gpu.unit import MatrixUnit
from hwsim.workload.graph import Workload
from hwsim.workload.operator import Kind, Operator, Product
from hwsim.workload.tensor import Role

LAYER = "layer"
"""What the names of operators in the layers of a transformer begin with."""
ROW_WIDE = ("Softmax", "LayerNorm", "RMSNorm")
"""Vector operators that need whole rows of their input, and so a kernel of their own."""
FP16_UNIT = MatrixUnit()
"""What multiplies everything but the low-bit weights: the GPU's own FP16 tensor cores."""
ELEMENT_BYTES = FP16_UNIT.a.bits / 8
"""An activation or a parameter that no low-bit product reads lies in FP16."""


def is_low_bit(operator: Operator) -> bool:
    """Whether it multiplies with the weights of a layer; tables of tokens and the head keep FP16."""
    return operator.op == "Linear" and operator.name.startswith(LAYER)


def low_bit_operands(gpu: Gpu, unit: MatrixUnit, precompute: Precompute) -> Operands:
    """How activations and low-bit weights reach the matrix units."""
    raw = unit.a.bits / 8
    stored = unit.table_bytes if precompute.stores_tables else raw
    shared = raw if precompute is Precompute.NONE else unit.table_bytes or raw
    return Operands(
        unit.shape, unit.macs_per_cycle(gpu), stored, unit.weight_bytes, shared, unit.accumulator_bytes, unit.registers,
        unit.unpack_ops, low_bit=True,
    )  # fmt: skip


def fp16_operands(gpu: Gpu) -> Operands:
    """How everything else reaches them."""
    unit, width = FP16_UNIT, ELEMENT_BYTES
    rate = unit.macs_per_cycle(gpu)
    return Operands(unit.shape, rate, width, width, width, unit.accumulator_bytes, 1, 0, low_bit=False)


def product_kernel(machine: GpuMachine, m: int, n: int, k: int, precompute: Precompute) -> ProductKernel:
    """One product with low-bit weights, alone, its results in FP16."""
    operands = low_bit_operands(machine.gpu, machine.unit, precompute)
    draft = Draft("", "", "", m * n, ELEMENT_BYTES, Gemm(m, n, k), operands)
    if precompute is Precompute.NAIVE:
        draft.vector_ops = made_in_the_product(machine.unit, m * k, n)
    return draft.on_units()


class Planner:
    """Turns operators into kernels in their order; ``kernels`` are those of the whole workload."""

    def __init__(self, workload: Workload, gpu: Gpu, unit: MatrixUnit, precompute: Precompute) -> None:
        self._workload, self._gpu, self._unit, self._precompute = workload, gpu, unit, precompute
        self._made: set[str] = set()
        self.kernels: list[Draft] = []
        for operator in workload.operators:
            if operator.kind is not Kind.VIEW:
                self._add(operator)
        for kernel in self.kernels:
            self._finish(kernel)

    def _add(self, operator: Operator) -> None:
        if operator.product is not None:
            self._add_product(operator, operator.product)
        elif self._fuses(operator):
            self._fuse(operator)
        else:
            self._add_stream(operator)

    # products

    def _add_product(self, operator: Operator, product: Product) -> None:
        low_bit = is_low_bit(operator)
        if low_bit and self._precompute is Precompute.SEPARATE and product.a not in self._made:
            self._made.add(product.a)
            self._add_tables(operator, product)
        operands = low_bit_operands(self._gpu, self._unit, self._precompute) if low_bit else fp16_operands(self._gpu)
        draft = self._draft(operator)
        draft.gemm, draft.operands = product.gemm, operands
        gemm = product.gemm
        before = self.kernels[-1:]
        a_bytes, b_bytes = _activations(gemm) * operands.a_bytes, gemm.batch * gemm.n * gemm.k * operands.b_bytes
        draft.a_resident = bool(self._resident({product.a: a_bytes}, before))
        draft.b_resident = bool(self._resident({product.b: b_bytes + a_bytes * draft.a_resident}, before))
        if operator.op == "Linear":
            self._read(draft, {x: self._elements(operator, x) * ELEMENT_BYTES for x in operator.inputs[2:]}, before)
        if low_bit and self._precompute is Precompute.NAIVE:
            draft.vector_ops += made_in_the_product(self._unit, _activations(gemm), gemm.n)
        self.kernels.append(draft)

    def _add_tables(self, operator: Operator, product: Product) -> None:
        """A kernel of its own that makes the tables of a product's activations."""
        elements = _activations(product.gemm)
        read = elements * self._unit.a.bits / 8
        resident = read if self._resident({product.a: read}, self.kernels[-1:]) else 0.0
        self.kernels.append(
            Draft(
                f"{operator.name}.tables", "Precompute", product.a, elements, self._unit.table_bytes,
                read_bytes=read, resident_bytes=resident, vector_ops=table_ops(self._unit, elements),
                efficiency=TABLE_KERNEL_EFFICIENCY.value, precompute=True, touched={product.a},
            )
        )  # fmt: skip

    # everything else

    def _add_stream(self, operator: Operator) -> None:
        draft = self._draft(operator)
        sizes = {x: self._elements(operator, x) * ELEMENT_BYTES for x in operator.inputs}
        self._read(draft, sizes, self.kernels[-1:])
        draft.vector_ops = operator.vector_ops
        self.kernels.append(draft)

    def _fuses(self, operator: Operator) -> bool:
        """Elementwise work on what the kernel before makes, and nobody else reads."""
        if operator.kind is not Kind.VECTOR or operator.op in ROW_WIDE or not self.kernels:
            return False
        last = self.kernels[-1]
        readers = self._workload.consumers[last.result] if last.result in operator.inputs else ()
        same = self._workload.tensors[operator.outputs[0]].elements == last.elements
        kept = self._workload.tensors[last.result].role is not Role.ACTIVATION
        return readers == (operator,) and same and not kept and not last.precompute

    def _fuse(self, operator: Operator) -> None:
        last = self.kernels[-1]
        others = {x: self._elements(operator, x) * ELEMENT_BYTES for x in operator.inputs if x != last.result}
        self._read(last, others, self.kernels[-2:-1])
        last.vector_ops += operator.vector_ops
        last.fused.append(operator.name)
        last.result = operator.outputs[0]
        last.touched |= {*others, last.result}

    def _draft(self, operator: Operator) -> Draft:
        result = operator.outputs[0]
        elements = self._workload.tensors[result].elements
        draft = Draft(operator.name, operator.op, result, elements, touched={*operator.inputs, result})
        if operator.product is not None:
            draft.vector_ops = operator.vector_ops
        return draft

    def _finish(self, draft: Draft) -> None:
        """Now that the last fused operator is known: the width of the result, and tables in its place."""
        if draft.precompute:
            return
        draft.result_bytes = self._stored_bytes(draft.result)
        if self._precompute is Precompute.FUSED and self._feeds_low_bit(draft.result):
            draft.vector_ops += table_ops(self._unit, draft.elements)

    # tensors

    def _stored_bytes(self, tensor: str) -> float:
        """Bytes per element that are written: low-bit products find A as they want it, everybody else in FP16."""
        if not self._feeds_low_bit(tensor):
            return ELEMENT_BYTES
        fused = self._precompute is Precompute.FUSED and self._unit.is_lut
        wanted = self._unit.table_bytes if fused else self._unit.a.bits / 8
        readers = self._workload.consumers[tensor]
        return wanted if all(map(is_low_bit, readers)) else wanted + ELEMENT_BYTES

    def _feeds_low_bit(self, tensor: str) -> bool:
        return any(is_low_bit(o) and o.inputs[0] == tensor for o in self._workload.consumers[tensor])

    def _elements(self, operator: Operator, tensor: str) -> int:
        return operator.elements_read.get(tensor, self._workload.tensors[tensor].elements)

    def _read(self, draft: Draft, sizes: dict[str, float], before: list[Draft]) -> None:
        """Count the bytes of tensors that a kernel reads, and which of them the kernel before it left in the L2."""
        draft.read_bytes += sum(sizes.values())
        draft.resident_bytes += sum(sizes[x] for x in self._resident(sizes, before))

    def _resident(self, sizes: dict[str, float], before: list[Draft]) -> list[str]:
        """Those of the tensors (with their bytes) that the kernel before left in the L2, as many as fit."""
        left = self._gpu.l2_bytes * RESIDENT_SHARE.value
        found = []
        for name, size in sizes.items():
            if before and name in before[0].touched and size <= left:
                found.append(name)
                left -= size
        return found


def _activations(gemm: Gemm) -> int:
    return gemm.batch * gemm.m * gemm.k


def plan_kernels(workload: Workload, gpu: Gpu, unit: MatrixUnit, precompute: Precompute) -> Iterable[Draft]:
    """The kernels of a workload in their order."""
    return Planner(workload, gpu, unit, precompute).kernels
