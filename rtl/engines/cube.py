"""Gates of the cube: p layers of p rows of p PEs; A marches along z, B along x, sums along y."""

from __future__ import annotations

from hwsim.arrays.cube import Cube
from rtl.engines.chains import Connections, flowing, lane, marching, merged
from rtl.engines.parts import EngineNetlist
from rtl.netlist import Bus, Module, Net, concat, zeros


def cube(n: EngineNetlist, array: Cube) -> Module:
    """The top module: layer y takes A[x, y] x + y edges late and B[y, z] y + z edges late."""
    p = array.p
    sums = n.wire("sums", p * p, n.mac.sum_bits)
    operands = [
        {
            "a": concat([_late(n, n.ports["a"], x, y, p) for x in range(p)]),
            "b": concat([_late(n, n.ports["b"], y, z, p) for z in range(p)]),
        }
        for y in range(p)
    ]
    psums = flowing(n, "psum", zeros(sums.width_bits), p, p * p, sums)
    n.place_all("layer", _layer(n, p), merged(operands, psums))
    n.accumulated(sums[i] for i in range(p * p))
    n.validated(stages=p + 1, distances=[x + z for x in range(p) for z in range(p)])
    return n.build()


def _late(n: EngineNetlist, bus: Bus, i: int, j: int, p: int) -> Net:
    """Lane (i, j) of an operand block, i + j edges late."""
    return n.delayed(f"{bus.name}_{i}_{j}_late", bus[i * p + j], i + j)


def _layer(top: EngineNetlist, p: int) -> Module:
    """All PEs of one y: row x takes A[x, y], and B from the row before."""
    n, row = top.below("layer"), _row(top, p)
    a, b = n.input("a", p, top.ports["a"].bits), n.input("b", p, top.ports["b"].bits)
    sum_bits = top.mac.sum_bits
    above, below = n.input("psum_in", p * p, sum_bits), n.output("psum", p * p, sum_bits)
    sums: list[Connections] = [{"psum_in": above.span(x * p, p), "psum": below.span(x * p, p)} for x in range(p)]
    n.place_all("row", row, merged(lane([a], p), marching(n, "b", b.net, p, p), sums))
    return n.build()


def _row(top: EngineNetlist, p: int) -> Module:
    """The PEs of one x and y: A marches from PE to PE, everything else has a lane per PE."""
    n, b_bits, sum_bits = top.below("row"), top.ports["b"].bits, top.mac.sum_bits
    a = n.input("a", 1, top.ports["a"].bits)
    lanes = [n.input("b", p, b_bits), n.output("b_out", p, b_bits)]
    lanes += [n.input("psum_in", p, sum_bits), n.output("psum", p, sum_bits)]
    n.place_all("pe", n.cells.only("pe_cube"), merged(marching(n, "a", a.net, p), lane(lanes, p)))
    return n.build()
