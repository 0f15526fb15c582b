"""Engines as gates: Verilog from PyRTL leaves in a hierarchy of modules, proven edge by edge against the step model."""

from rtl.emission import emit
from rtl.verification import verify

__all__ = ["emit", "verify"]
