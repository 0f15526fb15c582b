"""The technologies that are shipped, as tables and as JSON: what they are, and where their figures come from."""

from __future__ import annotations

from hwsim.technology import Technology, load_technology, technologies
from hwsim.technology.memories.sram import sram_table
from sweeps.render.reference import Catalogue


def technology_records() -> list[dict[str, object]]:
    """One mapping for each technology."""
    return [_record(load_technology(name)) for name in technologies()]


def technology_tables() -> tuple[Catalogue, ...]:
    """What each is, and its provenance."""
    found = [load_technology(name) for name in technologies()]
    return (
        Catalogue("technologies", "Technologies", COLUMNS, tuple(_row(technology) for technology in found)),
        Catalogue("provenance", "Where their figures come from", SOURCES, tuple(map(_source, found))),
    )


COLUMNS = ("Technology", "Node", "Corner", "Leaves", "Engines", "With energies", "SRAM")
SOURCES = ("Technology", "Library", "Source", "Licence", "Tools", "Recipe", "Operands", "Date")


def _row(technology: Technology) -> tuple[str, ...]:
    return (
        technology.name,
        f"{technology.node_nm:g} nm",
        technology.corner,
        str(len(technology.leaves)),
        str(len(technology.engines)),
        str(_with_energies(technology)),
        f"CACTI, {sram_table().node(technology.node_nm)} nm",
    )


def _source(technology: Technology) -> tuple[str, ...]:
    said = technology.provenance
    tools = ", ".join(f"{tool} {version}" for tool, version in said.tools.items())
    return technology.name, said.library, said.source, said.licence, tools, said.recipe, said.operands, said.date


def _with_energies(technology: Technology) -> int:
    return sum(engine.switching is not None for engine in technology.engines)


def _record(technology: Technology) -> dict[str, object]:
    table = sram_table()
    return {
        "name": technology.name,
        "node_nm": technology.node_nm,
        "voltage_v": technology.voltage_v,
        "temperature_c": technology.temperature_c,
        "corner": technology.corner,
        "leaves": len(technology.leaves),
        "engines": [engine.spec for engine in technology.engines],
        "engines_with_energies": _with_energies(technology),
        "provenance": technology.provenance.to_json(),
        "sram": {"node_nm": table.node(technology.node_nm), "provenance": table.provenance},
    }
