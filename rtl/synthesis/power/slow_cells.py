"""What a library's cells do, for counting: outputs may follow one unit later."""

from __future__ import annotations

import re
from collections.abc import Collection

UNIT = "`timescale 1ns/1ns\n"
_MODULE = re.compile(r"^module (\w+)\(.*?^endmodule\n", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(r"^  output (\w+);", re.MULTILINE)


def counted_cells(models: str, cells: Collection[str], unit_delay: bool) -> str:
    """The models of ``cells`` alone, of all those in ``models`` (Yosys' Verilog).

    With ``unit_delay`` an output follows its function one unit later, a flop's its clock edge, however short a pulse is
    (transport delay); constants stay.
    """
    texts = [match[0] for match in _MODULE.finditer(models) if match[1] in cells]
    return UNIT + "\n".join(_slowed(text) if unit_delay else text for text in texts)


def _slowed(text: str) -> str:
    for pin in _OUTPUT.findall(text):
        text = re.sub(rf"^  assign {pin} = (?!\d+'\w+;)(.*);\n", _late(pin), text, flags=re.MULTILINE)
    return text


def _late(pin: str) -> str:
    return (
        f"  wire now_{pin};\n  reg late_{pin};\n  assign now_{pin} = \\1;\n"
        f"  always @(now_{pin}) late_{pin} <= #1 now_{pin};\n  assign {pin} = late_{pin};\n"
    )
