"""One axis of a study: a value, a list, or a range in steps or factors, read from TOML into a tuple of values."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from hwsim.errors import SpecError, nearest

MOST_VALUES = 100_000
MOST_NUMBER = 1e18
"""Bound on the ends and steps of ranges; infinity and what is no number are beyond it."""
RANGE_KEYS = ("from", "to", "step", "factor")


def read_axis(what: str, given: object) -> tuple[object, ...]:
    """Return the values of one axis, each once, in the order given.

    ``16`` is one value, ``[16, 32]`` a list, ``{from=8, to=64, step=8}`` and ``{from=8, to=64, factor=2}`` are ranges
    whose end belongs to them if a step lands on it. Raises SpecError, opened by ``what``, for anything else.
    """
    if isinstance(given, Mapping):
        return _range(what, given)
    values = tuple(given) if isinstance(given, list) else (given,)
    if not values:
        raise SpecError(f"{what} is an empty list; an axis has at least one value")
    for value in values:
        if not isinstance(value, (bool, int, float, str)):
            raise SpecError(f"{what} holds {value!r}; an axis holds numbers, words, true or false")
        if isinstance(value, float) and not isfinite(value):
            raise SpecError(f"{what} holds {value!r}; the numbers of an axis are finite")
    if len({(type(v), v) for v in values}) != len(values):
        twice = next(v for v in values if values.count(v) > 1)
        raise SpecError(f"{what} holds {twice!r} twice")
    return values


def _range(what: str, given: Mapping[str, object]) -> tuple[object, ...]:
    for key in given:
        if key not in RANGE_KEYS:
            raise SpecError(
                f"{what}: a range has no key {key!r}{nearest(key, RANGE_KEYS)}; its keys are {', '.join(RANGE_KEYS)}"
            )
    if not {"from", "to"} <= set(given) or ("step" in given) == ("factor" in given):
        raise SpecError(f"{what}: a range is {{from=, to=, step=}} or {{from=, to=, factor=}}, not {_table(given)}")
    low, high = _number(what, given, "from"), _number(what, given, "to")
    by = _number(what, given, "step" if "step" in given else "factor")
    if low > high:
        raise SpecError(f"{what}: a range runs upwards, not from {low} to {high}")
    return _steps(what, low, high, by) if "step" in given else _factors(what, low, high, by)


def _number(what: str, given: Mapping[str, object], key: str) -> int | float:
    value = given[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SpecError(f"{what}: {key}={value!r} is not a number")
    if not abs(value) <= MOST_NUMBER:
        raise SpecError(f"{what}: {key}={value!r} is not a number up to {MOST_NUMBER:g}")
    return value


def _steps(what: str, low: float, high: float, step: float) -> tuple[object, ...]:
    if step <= 0:
        raise SpecError(f"{what}: step={step} is not above 0")
    count = int((high - low) / step + 1e-9) + 1
    _check_count(what, count)
    return tuple(low + i * step for i in range(count))


def _factors(what: str, low: float, high: float, factor: float) -> tuple[object, ...]:
    if factor <= 1 or low <= 0:
        raise SpecError(
            f"{what}: a range by factors starts above 0 and multiplies by more than 1, not {low} by {factor}"
        )
    values = [low]
    while values[-1] * factor <= high * (1 + 1e-12):
        values.append(values[-1] * factor)
        _check_count(what, len(values))
    return tuple(values)


def _check_count(what: str, count: int) -> None:
    if count > MOST_VALUES:
        raise SpecError(f"{what} has more than {MOST_VALUES} values")


def _table(given: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in given.items()) + "}"
