"""What sparse columns are made of; counts of encoders, sparse encoders and PEs are those of the nest."""

from __future__ import annotations

from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.arrays.leaves import Counted, counted, delay
from hwsim.inventory import Inventory, Leaf
from hwsim.sparse_columns.rule import Barrier


def slice_inventory(layout: SliceLayout) -> Inventory:
    """Everything between the ports of the engine."""
    columns, mac, hardware = layout.columns, layout.mac, layout.hardware
    pes = sum(hardware.leaves("compressor").values())
    awaited = [(barrier(mac.lanes), columns)] if mac.lanes > 1 else []
    chosen = [(operand_latch(layout), pes)] if mac.encoders_in_pe else []
    return counted(
        (encoder(layout), layout.encoders),
        (sparse_encoder(layout), hardware.count("sparse_encoder")),
        *chosen,
        (pe_slice(layout), pes),
        (lane_control(layout), columns * mac.lanes),
        (column_control(layout), columns),
        *awaited,
        (barrier(columns), 1),
        (delay(1 + layout.bw_format.bits, layout.sum_stages), columns),
        *_drains(layout, pes),
        (simd_lane(layout), columns * layout.simd_lanes),
    )


def _drains(layout: SliceLayout, pes: int) -> list[Counted]:
    """Between pairs and SIMD lanes: a register of flag and bit-weight; with chains, second registers for the pairs."""
    bw_bits = layout.bw_format.bits
    if layout.chain == 1:
        return [(delay(1 + bw_bits, 1), layout.columns)]
    return [
        (Leaf.of("hold_pair", bits=layout.mac.pair.bits), pes),
        (Leaf.of("held_register", bits=bw_bits), layout.columns),
        (Leaf.of("drain_flag"), layout.columns * layout.chain),
        (delay(1 + bw_bits, 1), layout.columns),
    ]


def encoder(layout: SliceLayout) -> Leaf:
    """One operand in, the chosen digit of it out."""
    encoded = layout.encoded
    return Leaf.of(
        f"encoder_{layout.mac.encoding.name.replace('-', '_')}", a_bits=encoded.bits, a_signed=int(encoded.signed)
    )


def sparse_encoder(layout: SliceLayout) -> Leaf:
    """The digits of a group in, those other than zero out, one per cycle; where PEs share it, behind a register."""
    return Leaf.of("sparse_encoder", group=layout.mac.group, registered=int(not layout.mac.encoders_in_pe))


def operand_latch(layout: SliceLayout) -> Leaf:
    """The operands of a group, of which the PE chooses one."""
    return Leaf.of("operand_latch", bits=layout.plain.bits, inputs=layout.mac.group)


def pe_slice(layout: SliceLayout) -> Leaf:
    """Operand registers, selected multiples, one compressor, one carry-save pair."""
    plain, mac = layout.plain, layout.mac
    return Leaf.of(
        "pe_slice",
        w_bits=plain.bits,
        w_signed=int(plain.signed),
        lanes=mac.lanes,
        largest_digit=mac.encoding.largest_digit,
        pair_bits=mac.pair.bits,
        **mac.leaf_modes,
    )


def lane_control(layout: SliceLayout) -> Leaf:
    """Which group a lane takes next, and where the one at work lies."""
    return Leaf.of(
        "lane_control",
        step_bits=layout.step_format.bits,
        turns=layout.segments,
        digits=layout.digits,
        address=int(not layout.mac.encoders_in_pe),
    )


def column_control(layout: SliceLayout) -> Leaf:
    """When a column goes on to the next turn or bit-weight, and hands its sums over."""
    return Leaf.of(
        "column_control",
        turns=layout.segments,
        digits=layout.digits,
        chain=layout.chain,
        awaits=int(layout.mac.barrier is not Barrier.K),
    )


def barrier(inputs: int) -> Leaf:
    return Leaf.of("barrier", inputs=inputs)


def simd_lane(layout: SliceLayout) -> Leaf:
    """Resolves a pair, weighs it by its digit's place, and adds it to what C holds."""
    mac = layout.mac
    return Leaf.of(
        "simd_lane", pair_bits=mac.pair.bits, acc_bits=mac.acc.bits, radix_bits=layout.radix_bits, digits=layout.digits
    )
