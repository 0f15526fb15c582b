"""Where the figures of a technology come from; without all of it there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True)
class Provenance:
    """The cell library (its name, digest, source and licence), the tools and the recipe that mapped to it, the
    ``operands`` under which cells switched, the day, and the version of hwsim."""

    library: str
    digest: str
    source: str
    licence: str
    tools: Mapping[str, str]
    recipe: str
    operands: str
    date: str
    hwsim: str

    @classmethod
    def of_json(cls, given: object, where: str) -> Provenance:
        """Raises SpecError, opened by ``where``, unless every part of it is there."""
        if not isinstance(given, Mapping) or not given:
            raise SpecError(f"{where} has no provenance: figures without a source, tools and a date are not loaded")
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if not given.get(name)]
        if missing:
            raise SpecError(f"{where}: the provenance does not say {', '.join(missing)}; it says {', '.join(names)}")
        return cls(**{name: given[name] for name in names})

    def to_json(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}
