"""Mixed-precision products by table lookup (LUT Tensor Core): values, tables, their quantisation and their counts."""

from hwsim.lut.array_bits import ArrayBits
from hwsim.lut.error_study import ProductError, Synthetic, synthetic_errors, table_errors
from hwsim.lut.float_product import FloatRule, lookup_floats
from hwsim.lut.geometry import TableGeometry, exact_entry, precompute_redundancy
from hwsim.lut.integer_product import integer_product, lookup_integers, scaled_product
from hwsim.lut.layout import Layout, Selection, select
from hwsim.lut.plans import TablePlan, chained_plan, half_plan, subset_plan
from hwsim.lut.quantised_product import (
    QuantisedTables,
    ScaleSharing,
    TableQuantiser,
    TableScale,
    lookup_quantised,
    parse_table_scale,
    quantise_tables,
)

__all__ = [
    "ArrayBits",
    "FloatRule",
    "Layout",
    "ProductError",
    "QuantisedTables",
    "ScaleSharing",
    "Selection",
    "Synthetic",
    "TableGeometry",
    "TablePlan",
    "TableQuantiser",
    "TableScale",
    "chained_plan",
    "exact_entry",
    "half_plan",
    "integer_product",
    "lookup_floats",
    "lookup_integers",
    "lookup_quantised",
    "parse_table_scale",
    "precompute_redundancy",
    "quantise_tables",
    "scaled_product",
    "select",
    "subset_plan",
    "synthetic_errors",
    "table_errors",
]
