"""The bit-weight notation as code: nests, checked moves, their meaning and their hardware."""

from hwsim.bitweight.cycles import CycleRange, count_cycles, cycle_range
from hwsim.bitweight.draft import Placed
from hwsim.bitweight.interpretation import interpret
from hwsim.bitweight.json_form import from_json, hardware_json, to_json
from hwsim.bitweight.loops import Dim, Kind, Loop
from hwsim.bitweight.moves import interchange, move, move_outside, spatial, split, temporal
from hwsim.bitweight.nest import Nest
from hwsim.bitweight.placement import bank, build, exchange, fission, fuse, hoist, insert, resolve, sink, sparse, sync
from hwsim.bitweight.primitive import Form, Moment, Primitive, Read, Role, Site
from hwsim.bitweight.primitives import PRIMITIVES
from hwsim.bitweight.printing import changes, listing, primitives_table, table
from hwsim.bitweight.product import Product
from hwsim.bitweight.sizing import Drain, Hardware, Part, Place, hardware, simd_lanes
from hwsim.bitweight.transforms import STEPS, TRANSFORMS, Transform, mac, opt1, opt2, opt3, opt4c, opt4e, transformed
from hwsim.bitweight.widths import built_bits, needed_bits

__all__ = [
    "PRIMITIVES",
    "STEPS",
    "TRANSFORMS",
    "CycleRange",
    "Dim",
    "Drain",
    "Form",
    "Hardware",
    "Kind",
    "Loop",
    "Moment",
    "Nest",
    "Part",
    "Place",
    "Placed",
    "Primitive",
    "Product",
    "Read",
    "Role",
    "Site",
    "Transform",
    "bank",
    "build",
    "built_bits",
    "changes",
    "count_cycles",
    "cycle_range",
    "exchange",
    "fission",
    "from_json",
    "fuse",
    "hardware",
    "hardware_json",
    "hoist",
    "insert",
    "interchange",
    "interpret",
    "listing",
    "mac",
    "move",
    "move_outside",
    "needed_bits",
    "opt1",
    "opt2",
    "opt3",
    "opt4c",
    "opt4e",
    "primitives_table",
    "resolve",
    "simd_lanes",
    "sink",
    "sparse",
    "spatial",
    "split",
    "sync",
    "table",
    "temporal",
    "to_json",
    "transformed",
]
