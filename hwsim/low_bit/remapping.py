"""Offline remapping: a table's index is complemented in the stored weights, not in the hardware."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.low_bit.weights import Codes, check_codes


def table_starts(k: int, group: int, span: int) -> NDArray[np.int64]:
    """First element of each table's group of k: groups of ``group`` that begin anew with every span of one scale.

    Raises SpecError for groups or spans of no element.
    """
    if not all(isinstance(length, int | np.integer) and length >= 1 for length in (group, span)):
        raise SpecError(f"groups and spans along k have at least 1 element, not {group} and {span}")
    starts = [np.arange(first, min(first + span, k), group) for first in range(0, k, span)]
    return np.concatenate(starts).astype(np.int64)


def remap(codes: Codes, group: int, span: int | None = None) -> Codes:
    """Complement, in every bit plane, the bits of a group whose leading bit is 1, but for the leading bit itself.

    ``codes`` (k, n) in groups of ``group`` along k. LUT Tensor Core, equation 6: W'j = Wj XOR W3 for j < 3, W'3 = W3.
    The map is its own inverse, and codes stay codes of as many bits.
    """
    check_codes(codes)
    k = len(codes)
    starts = table_starts(k, group, k if span is None else span)
    leaders = np.repeat(starts, np.diff(np.append(starts, k)))
    flipped = codes ^ codes[leaders]
    flipped[starts] = codes[starts]
    return flipped
