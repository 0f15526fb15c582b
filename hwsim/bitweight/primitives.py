"""The table of primitives of the bit-weight notation (HPCA 2025, DOI 10.1109/HPCA61900.2025.00058).

The names are the paper's; what each varies with and commutes with is derived here from the product that is computed.
"""

from __future__ import annotations

from hwsim.bitweight.loops import Dim, Kind
from hwsim.bitweight.primitive import Form, Moment, Primitive, Read, Role, Site
from hwsim.bitweight.words import Rows, compress, shifted, total
from hwsim.inventory import Leaf

M, N, K, BW = Dim.M, Dim.N, Dim.K, Dim.BW

Parts = tuple[tuple[Leaf, int], ...]


def _encoder_parts(site: Site) -> Parts:
    """A window encoder makes one digit; an encoder that carries makes all digits of its operand at once."""
    encoding, digits = site.product.encoding, site.product.digits
    if encoding.carries:
        return ((Leaf.of("operand_encoder", digits=digits), site.copies // site.spatial[BW]),)
    return ((Leaf.of("digit_encoder", bits=encoding.digit_bits), site.copies),)


def _sparse_parts(site: Site) -> Parts:
    return ((Leaf.of("sparse_encoder", group=site.group), site.copies),)


def _map_parts(site: Site) -> Parts:
    """The candidates of one B serve all digits of one operand; choosing among them is one multiplexer per digit."""
    b_bits = site.product.b.bits
    parts: Parts = (
        (Leaf.of("cppg", bits=b_bits), site.copies // site.spatial[BW]),
        (Leaf.of("pp_mux", bits=site.bits), site.copies),
    )
    if site.group:
        parts += ((Leaf.of("operand_mux", bits=b_bits, inputs=site.group), site.copies),)
    return parts


def _shift_parts(site: Site) -> Parts:
    """Wires, unless the digit's place changes in time."""
    return ((Leaf.of("shifter", bits=site.bits), site.copies),) if site.digit_in_time else ()


def _half_reduce_parts(site: Site) -> Parts:
    inputs = site.rows + 2 * bool(site.keeps)  # its own sum and carry come back
    compressor = ((Leaf.of("compressor", bits=site.bits, inputs=inputs), site.copies),) if inputs > 2 else ()
    return (*compressor, *_register(2 * site.bits, site))


def _add_parts(site: Site) -> Parts:
    return ((Leaf.of("cpa", bits=site.bits), site.copies),)


def _accumulate_parts(site: Site) -> Parts:
    return (*_add_parts(site), *_register(site.bits, site))


def _register(bits: int, site: Site) -> Parts:
    """Registers of sums inside the array; the SIMD unit's sums rest in the scratchpad of C."""
    count = site.copies * site.keeps
    return ((Leaf.of("sum_register", bits=bits), count),) if count and not site.in_simd else ()


def _sync_parts(site: Site) -> Parts:
    return ((Leaf.of("barrier", inputs=site.rows), site.copies),)


def _shift(rows: Rows, moment: Moment) -> Rows:
    return shifted(rows, moment.product.encoding.radix_bits * moment.digit, moment.bits)


def _half_reduce(rows: Rows, moment: Moment) -> Rows:
    return compress(rows, moment.bits)


def _sum(rows: Rows, moment: Moment) -> Rows:
    return total(rows, moment.bits)


ENCODE = Primitive(
    "encode",
    Role.ENCODE,
    reads=(Read("A[m,k]", frozenset({M, K})), Read("the place of the digit", frozenset({BW}))),
    parts=_encoder_parts,
)
SPARSE = Primitive(
    "sparse",
    Role.SPARSE,
    reads=(Read("the digit of A[m,k]", frozenset({M, K, BW})),),
    parts=_sparse_parts,
)
MAP = Primitive(
    "map",
    Role.MAP,
    reads=(Read("the digit of A[m,k]", frozenset({M, K, BW})), Read("B[k,n]", frozenset({K, N}))),
    makes=Form.WORD,
    parts=_map_parts,
)
SHIFT = Primitive(
    "shift",
    Role.POINTWISE,
    reads=(Read("the weight of the digit", frozenset({BW})),),
    commutes_with=frozenset({M, N, K}),
    weighs=True,
    execute=_shift,
    parts=_shift_parts,
)
HALF_REDUCE = Primitive(
    "half_reduce",
    Role.REDUCTION,
    commutes_with=frozenset({K, BW}),
    makes=Form.PAIR,
    sums_over=frozenset(Kind),
    execute=_half_reduce,
    parts=_half_reduce_parts,
)
ADD = Primitive(
    "add",
    Role.POINTWISE,
    commutes_with=frozenset({M, N, K, BW}),  # modulo 2**bits
    takes=frozenset({Form.PAIR}),
    makes=Form.WORD,
    execute=_sum,
    parts=_add_parts,
)
ACCUMULATE = Primitive(
    "accumulate",
    Role.REDUCTION,
    commutes_with=frozenset({K, BW}),
    takes=frozenset({Form.WORD}),
    makes=Form.WORD,
    sums_over=frozenset({Kind.TEMPORAL, Kind.SPARSE}),
    execute=_sum,
    parts=_accumulate_parts,
)
SYNC = Primitive("sync", Role.SYNC, parts=_sync_parts)

PRIMITIVES = (ENCODE, SPARSE, MAP, SHIFT, HALF_REDUCE, ADD, ACCUMULATE, SYNC)
