"""Numbers as people read them: few digits, a prefix, a unit."""

from __future__ import annotations

from sweeps.metrics import BY_NAME

PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def scaled(value: float) -> str:
    """Three digits and a prefix: ``1.24 M``; whole numbers below 10,000 as they are: ``4,096``."""
    if abs(value) < 10_000 and value == int(value):
        return f"{int(value):,}"
    for power, letter in PREFIXES:
        if abs(value) >= power * 0.9995:
            return f"{_three(value / power)} {letter}"
    return _three(value)


def _three(value: float) -> str:
    places = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    return f"{value:.{places}f}"


def capacity(value: int) -> str:
    """Bytes that a memory holds: binary prefixes where they fit exactly."""
    for power, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if value >= power and value % power == 0:
            return f"{value // power:,} {unit}"
    return moved(value)


def moved(value: int | None) -> str:
    """Bytes that cross a bus: decimal prefixes, as bandwidths have them; a dash where nobody counted them."""
    return "–" if value is None else with_unit(value, "B")


def with_unit(value: float, unit: str) -> str:
    """A number, its prefix and a unit: ``1.24 MB``, ``432 bits``."""
    words = scaled(value)
    return f"{words}{unit}" if words[-1].isalpha() else f"{words} {unit}"


def area(square_micrometres: float) -> str:
    """An area in the unit that suits it."""
    if square_micrometres >= 1e4:
        return f"{square_micrometres / 1e6:.3g} mm²"
    return f"{square_micrometres:,.0f} µm²"


def energy(picojoules: float) -> str:
    """An energy in the unit that suits it."""
    for power, unit in ((1e12, "J"), (1e9, "mJ"), (1e6, "µJ"), (1e3, "nJ")):
        if picojoules >= power:
            return f"{_three(picojoules / power)} {unit}"
    return f"{_three(picojoules)} pJ"


def duration(microseconds: float) -> str:
    """A time in the unit that suits it."""
    for power, unit in ((1e6, "s"), (1e3, "ms")):
        if microseconds >= power:
            return f"{_three(microseconds / power)} {unit}"
    return f"{_three(microseconds)} µs"


UNITS = {"µs": duration, "µm²": area, "pJ": energy}
"""How values are written whose unit takes no prefix, or another one."""


def short(name: str, value: object) -> str:
    """The value of a field or metric in few characters; a dash for one that is not known."""
    if value is None:
        return "–"
    metric = BY_NAME.get(name)
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if name == "utilization":
        return f"{100 * value:.1f} %"
    if name.startswith("scratchpad") and name.endswith("_bytes"):
        return capacity(int(value))
    if name.endswith("_bytes"):
        return moved(int(value))
    if metric is not None and metric.unit in UNITS:
        return UNITS[metric.unit](value)
    if metric is not None and metric.unit not in ("", "cycles"):
        return with_unit(value, metric.unit)
    return scaled(value) if metric is not None else f"{value:g}" if isinstance(value, float) else str(value)
