"""Every way in which a question to hwsim can be wrong, each with one sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class HwsimError(Exception):
    """Base of all errors that hwsim raises on purpose; its text is one sentence."""


class SpecError(HwsimError, ValueError):
    """A description (engine, machine, format, study) that cannot exist, or an operand that does not fit it."""


class WorkloadError(HwsimError, ValueError):
    """A network that cannot be read or lowered: unknown operator, missing shape, dynamic dimension."""


class ProgramError(HwsimError, ValueError):
    """A program that its machine cannot run, found by the replay."""


class MissingToolError(HwsimError, RuntimeError):
    """An optional tool or package that is not installed; the text names what brings it."""


def nearest(given: str, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the allowed word closest to ``given``, or an empty string."""
    matches = get_close_matches(given, list(allowed), n=1)
    return f" (did you mean {matches[0]!r}?)" if matches else ""
