"""Low-bit weights: quantised or imported, reinterpreted as odd values, remapped and packed."""

from hwsim.low_bit.granularity import CHANNEL, TENSOR, Granularity, Sharing, parse_granularity
from hwsim.low_bit.packing import pack, packed_bytes, unpack
from hwsim.low_bit.quantisation import Scheme, quantise_weights
from hwsim.low_bit.reinterpretation import ReinterpretedWeights, bit_planes, odd_from_planes, reinterpret, restore
from hwsim.low_bit.remapping import remap
from hwsim.low_bit.weights import LowBitWeights, signed_weights, ternary_weights, unsigned_weights

__all__ = [
    "CHANNEL",
    "TENSOR",
    "Granularity",
    "LowBitWeights",
    "ReinterpretedWeights",
    "Scheme",
    "Sharing",
    "bit_planes",
    "odd_from_planes",
    "pack",
    "packed_bytes",
    "parse_granularity",
    "quantise_weights",
    "reinterpret",
    "remap",
    "restore",
    "signed_weights",
    "ternary_weights",
    "unpack",
    "unsigned_weights",
]
