"""What a synthesis can fail at although the question was right."""

from __future__ import annotations

from hwsim.errors import HwsimError


class SynthesisError(HwsimError, RuntimeError):
    """A netlist that could not be mapped or timed as a whole: there is no number then."""
