"""What the library says of a workload: its name, a summary, and how to make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from hwsim.spec import field_text
from hwsim.workload.graph import Workload


@dataclass(frozen=True, slots=True)
class Entry:
    """``defaults`` are the fields that may follow the name; ``make`` takes those that do, as text or typed."""

    name: str
    summary: str
    defaults: Mapping[str, object]
    make: Callable[[Mapping[str, object]], Workload]

    @property
    def fields(self) -> str:
        """The fields and their defaults in words: ``phase=prefill (prefill or decode), batch=1``."""
        return ", ".join(_in_words(key, default) for key, default in self.defaults.items())


def _in_words(key: str, default: object) -> str:
    choices = f" ({' or '.join(field_text(choice) for choice in type(default))})" if isinstance(default, Enum) else ""
    return f"{key}={field_text(default)}{choices}"
