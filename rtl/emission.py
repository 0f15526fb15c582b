"""An engine as Verilog files, one module in each: same engine, same bytes."""

from __future__ import annotations

from pathlib import Path

from hwsim.engine import Engine
from rtl.engines import build_top, top_name
from rtl.hierarchy import module_text, modules


def verilog_modules(engine: Engine) -> dict[str, str]:
    """The Verilog-2001 text of every module of ``engine`` by module name, the top first.

    Raises SpecError for an engine without gates and for names that Verilog does not allow.
    """
    return {module.name: module_text(module) for module in modules(build_top(engine))}


def verilog(engine: Engine) -> str:
    """All modules of ``engine`` as one text."""
    return "\n".join(verilog_modules(engine).values())


def emit(engine: Engine, out_dir: Path) -> tuple[Path, ...]:
    """Write ``engine`` to ``out_dir`` (made if missing), one ``<module>.v`` per module; return the files, top first."""
    out_dir.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in verilog_modules(engine).items():
        path = out_dir / f"{name}.v"
        path.write_text(text, "utf-8")
        paths.append(path)
    return tuple(paths)


__all__ = ["emit", "top_name", "verilog", "verilog_modules"]
