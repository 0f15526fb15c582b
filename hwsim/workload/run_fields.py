"""Fields of a run as a frozen dataclass whose values are sizes, switches and enumerations: read, checked, written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar

from hwsim.errors import WorkloadError
from hwsim.spec import field_text, read_fields


class RunFields(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


AnyRun = TypeVar("AnyRun", bound=RunFields)


def defaults_of_run(run: type[RunFields]) -> Mapping[str, object]:
    """Fields and their defaults."""
    return {f.name: f.default for f in fields(run)}


def read_run(name: str, run_type: type[AnyRun], given: Mapping[str, object]) -> AnyRun:
    """The run that ``given`` describes; a whole number is at least 1, or at least 0 where 0 is the default.

    Raises SpecError for an unknown field or a value of the wrong kind, WorkloadError for a size that is too small.
    """
    defaults = defaults_of_run(run_type)
    values = read_fields(name, given, defaults)
    for key, value in values.items():
        if isinstance(value, int) and not isinstance(value, bool):
            least = 0 if defaults[key] == 0 else 1
            if value < least:
                raise WorkloadError(f"{name}: {key} is {value}; allowed is a whole number from {least} up")
    return run_type(**values)


def named_run(name: str, given: Mapping[str, object]) -> str:
    """The workload's name: the network's, and the fields that were given."""
    text = ",".join(f"{key}={field_text(value)}" for key, value in given.items())
    return f"{name}:{text}" if text else name
