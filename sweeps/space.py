"""The space of a study: the axes of its engines and machines, and the points in them, in one fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from hwsim.arrays import ARRAYS, Array
from hwsim.engine import ENGINES, defaults_of, housed_mac, implied_fields
from hwsim.errors import SpecError
from hwsim.machine_fields import MACHINE_FIELDS, MACHINES
from hwsim.macs import MACS
from hwsim.spec import read_fields, split_inline
from sweeps.axis import read_axis
from sweeps.constraint import Constraint, parse_constraint
from sweeps.metrics import BY_NAME
from sweeps.plan_settings import MAPPER_FIELDS, words_of
from sweeps.reading import check_word, one_of

Axes = Mapping[str, tuple[object, ...]]

OF_POINT = ("workload", "array", "mac")
"""Words that every point has beside its fields."""


@dataclass(frozen=True)
class EngineSpace:
    """All combinations of the values of ``axes`` for one array and one MAC that meet ``where``."""

    array: str
    mac: str
    axes: Axes
    where: tuple[Constraint, ...] = ()

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        return {name: shown(value) for name, value in defaults_of_engine(self.array, self.mac).items()}

    @cached_property
    def _implies(self) -> bool:
        return housed_mac(array_called(self.array), self.mac).implies()

    @cached_property
    def size(self) -> int:
        """Combinations, those that ``where`` refuses among them."""
        return size_of(self.axes)

    def at(self, index: int) -> dict[str, object] | None:
        """Engine ``index`` of the space, all of its fields given (the last axis changes fastest); None if ``where``
        refuses it."""
        given = combination(self.axes, index)
        chosen = {**self.defaults, "mac": self.mac, **self._implied(given), **given}
        allowed = all(constraint.holds({"array": self.array, **chosen}) for constraint in self.where)
        return chosen if allowed else None

    def fields(self) -> Iterator[dict[str, object]]:
        """Every engine of the space in order."""
        return (chosen for i in range(self.size) if (chosen := self.at(i)) is not None)

    def _implied(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Defaults that follow from what is given: the float sums of float activations."""
        if not self._implies:
            return {}
        try:
            implied = implied_fields(self.array, {"mac": self.mac, **given})
        except SpecError:
            return {}  # no such engine can be made: the run says why
        return {name: shown(value) for name, value in implied.items()}


def size_of(axes: Axes) -> int:
    """How many combinations the values of ``axes`` have."""
    return prod(len(values) for values in axes.values())


def combination(axes: Axes, index: int) -> dict[str, object]:
    """Combination ``index``, from 0; the last axis changes fastest."""
    chosen: dict[str, object] = {}
    for name, values in reversed(list(axes.items())):
        index, at = divmod(index, len(values))
        chosen[name] = values[at]
    return {name: chosen[name] for name in axes}


def shown(value: object) -> Any:
    """A field's value as constraints, tables and JSON have it: a number, true or false, or a word."""
    return value if isinstance(value, (bool, int, float, str)) else str(getattr(value, "value", value))


def defaults_of_engine(array: str, mac: str) -> dict[str, Any]:
    """Fields of an array and a MAC, with their defaults."""
    macs = {kind.name: kind for kind in MACS}
    return {**defaults_of(array_called(array)), **defaults_of(macs[mac])}


def array_called(name: str) -> type[Array]:
    """The array of this name, which is known."""
    return next(kind for kind in ARRAYS if kind.name == name)


def read_engine_space(block: Mapping[str, Any]) -> Iterator[EngineSpace]:
    """One ``[[engine]]`` block: ``array`` (one or several, presets too), ``mac``, axes, ``where``."""
    if "array" not in block:
        raise SpecError("[[engine]] has no key 'array'; it names an array, a preset or a list of them")
    axes = {key: value for key, value in block.items() if key not in ("array", "mac", "where")}
    where = tuple(_where(block.get("where", [])))
    for name in read_axis("[[engine]] array", block["array"]):
        array, preset = split_inline(ENGINES.get(str(name), str(name)))
        known = [*(kind.name for kind in ARRAYS), *ENGINES]
        one_of("[[engine]] array", array, known)
        kind = array_called(array)
        for mac in read_axis("[[engine]] mac", block.get("mac", preset.pop("mac", kind.houses[0].name))):
            one_of("[[engine]] mac", str(mac), [kind.name for kind in MACS])
            housed_mac(kind, str(mac))
            yield _engine_space(array, str(mac), {**preset, **axes}, where)


def _engine_space(array: str, mac: str, given: Mapping[str, object], where: tuple[Constraint, ...]) -> EngineSpace:
    title, defaults = f"[[engine]] {array}", defaults_of_engine(array, mac)
    axes = _axes(title, given, defaults, lambda name, value: read_fields(title, {name: value}, defaults)[name])
    for constraint in where:
        for name in sorted(constraint.names):
            check_word(
                f"[[engine]] {array} where {constraint.text!r}",
                "field",
                name,
                ["array", "mac", *defaults_of_engine(array, mac)],
            )
    return EngineSpace(array, mac, axes, where)


def _where(given: object) -> Iterator[Constraint]:
    for text in given if isinstance(given, list) else [given]:
        if not isinstance(text, str):
            raise SpecError(f'[[engine]] where holds {text!r}; a constraint is a text such as "rows == cols"')
        yield parse_constraint(text)


def read_machine_axes(given: Mapping[str, Any]) -> Axes:
    """The ``[machine]`` table: axes over the machine's fields, and the ``preset`` that they start from."""
    preset = given.get("preset", "edge")
    one_of("[machine] preset", str(preset), MACHINES)
    start = split_inline(f"{preset}:{MACHINES[preset]}")[1]
    return _axes(
        "[machine]", {**start, **{k: v for k, v in given.items() if k != "preset"}}, MACHINE_FIELDS, _machine_value
    )


def read_mapper_axes(given: Mapping[str, Any]) -> Axes:
    """The ``[mapper]`` table: an axis for each of the mapper's fields, its default where it is not given."""
    axes = _axes("[mapper]", given, MAPPER_FIELDS, _mapper_value)
    return {name: axes.get(name, (usual.value,)) for name, usual in MAPPER_FIELDS.items()}


def _mapper_value(name: str, value: object) -> str:
    return one_of(f"[mapper] {name}", str(value), words_of(name))


def _machine_value(name: str, value: object) -> Any:
    field, text = MACHINE_FIELDS[name], str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return field.metadata["read"](text)
    except (KeyError, ValueError, ZeroDivisionError):
        raise SpecError(f"[machine] {name}={text} is not {field.metadata['takes']}") from None


def _axes(
    where: str, given: Mapping[str, object], known: Mapping[str, Any], read: Callable[[str, object], Any]
) -> Axes:
    """Axes whose values were read one by one; raises SpecError for an unknown name or a wrong value."""
    axes = {}
    for name, axis in given.items():
        check_word(where, "field", name, known)
        axes[name] = tuple(shown(read(name, value)) for value in read_axis(f"{where} {name}", axis))
    return axes


def known_names(engines: tuple[EngineSpace, ...], machine: Axes) -> list[str]:
    """What a study's constraints may speak of."""
    of_engines = [name for space in engines for name in space.defaults]
    return list(dict.fromkeys([*OF_POINT, *of_engines, *MACHINE_FIELDS, *MAPPER_FIELDS, *BY_NAME]))
