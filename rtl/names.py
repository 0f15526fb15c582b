"""Which names Verilog-2001 allows."""

from __future__ import annotations

import re

from hwsim.errors import SpecError

_RESERVED = """
always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam
design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify
endtable endtask event for force forever fork function generate genvar highz0 highz1 if ifnone incdir include
initial inout input instance integer join large liblist library localparam macromodule medium module nand
negedge nmos nor noshowcancelled not notif0 notif1 or output parameter pmos posedge primitive pull0 pull1
pulldown pullup pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg release repeat rnmos rpmos rtran
rtranif0 rtranif1 scalared showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table
task time tran tranif0 tranif1 tri tri0 tri1 triand trior trireg unsigned use vectored wait wand weak0 weak1
while wire wor xnor xor
"""
KEYWORDS = frozenset(_RESERVED.split())
"""The reserved words of Verilog-2001."""


def check_name(name: str) -> str:
    """Return ``name``; raise SpecError unless it is a plain Verilog-2001 identifier."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or len(name) > 1024:
        raise SpecError(f"{name!r} is not a Verilog name: letters, digits and underscores, no digit first")
    if name in KEYWORDS:
        raise SpecError(f"{name!r} is not a Verilog name: it is a reserved word")

    return name
