"""Rectangles in CSV files, in the form of the MiniMalloc benchmarks (github.com/google/minimalloc).

The first line names the columns: ``id,lower,upper,size`` with half-open lifetimes, or ``id,start,end,size`` with the
last time that a buffer is alive in ``end``, as MiniMalloc reads the two. A column ``offset`` is what a packing adds; in
a file that is read it has to hold numbers and is left alone.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from hwsim.errors import SpecError
from mapper.packing.rectangle import LARGEST, Rectangle

HALF_OPEN = ("id", "lower", "upper", "size")
CLOSED = ("id", "start", "end", "size")
OFFSET = "offset"
HEADERS = (HALF_OPEN, (*HALF_OPEN, OFFSET), CLOSED, (*CLOSED, OFFSET))

Rows = list[tuple[int, list[str]]]


def load_rectangles(path: str | Path) -> list[Rectangle]:
    """Read a file of rectangles; raises SpecError naming the file, the line, what was given and what is allowed."""
    rows = _rows(path)
    if not rows:
        raise SpecError(f"{path}: the file is empty; its first line has to be {','.join(HALF_OPEN)}")
    header = tuple(cell.lower() for cell in rows[0][1])
    if header not in HEADERS:
        raise SpecError(
            f"{path}: line {rows[0][0]} is {','.join(rows[0][1])!r}; the first line has to be {','.join(HALF_OPEN)} "
            f"or {','.join(CLOSED)}, with or without {OFFSET} at its end"
        )
    if len(rows) == 1:
        raise SpecError(f"{path}: no rectangles follow the header line")
    lines: dict[str, int] = {}
    found = []
    for line, cells in rows[1:]:
        r = _rectangle(f"{path}: line {line}", header, cells)
        if r.name in lines:
            raise SpecError(f"{path}: line {line} has the id {r.name!r} of line {lines[r.name]}; ids have to differ")
        lines[r.name] = line
        found.append(r)
    return found


def _rows(path: str | Path) -> Rows:
    """Line numbers and stripped cells of all lines that are not blank."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(file), start=1)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SpecError(f"{path}: {error}") from None
    except OSError as error:
        raise SpecError(f"{path}: {error.strerror}") from None
    return [(number, cells) for number, cells in lines if any(cells)]


def _rectangle(where: str, header: Sequence[str], cells: Sequence[str]) -> Rectangle:
    if len(cells) != len(header):
        raise SpecError(f"{where} has {len(cells)} cells; the header has {len(header)}: {','.join(header)}")
    numbers = [_number(where, column, cell) for column, cell in zip(header[1:], cells[1:], strict=True)]
    lower, upper, size = numbers[:3]
    if not cells[0]:
        raise SpecError(f"{where} has no id")
    if size < 1:
        raise SpecError(f"{where}: size is {size}; allowed is a whole number from 1 up")
    if "end" in header:
        if upper < lower:
            raise SpecError(f"{where}: end {upper} comes before start {lower}")
        upper += 1
    if upper <= lower:
        raise SpecError(f"{where}: upper {upper} is not greater than lower {lower}; a lifetime is [lower, upper)")
    return Rectangle(cells[0], lower, upper, size)


def _number(where: str, column: str, cell: str) -> int:
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(LARGEST)) or int(digits) >= LARGEST:
        raise SpecError(f"{where}: {column} is {cell!r}; allowed is a whole number below 2**62")
    return int(cell)


def table_text(rectangles: Sequence[Rectangle], offsets: Mapping[str, int]) -> str:
    """The rectangles with a column ``offset`` (bytes), in the order given."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*HALF_OPEN, OFFSET))
    writer.writerows((r.name, r.lower, r.upper, r.size_bytes, offsets[r.name]) for r in rectangles)
    return text.getvalue()
