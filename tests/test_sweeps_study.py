"""Studies: what TOML becomes, and one sentence for every word that is wrong in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwsim.errors import SpecError
from small_study import POINTS, STUDY, write_study
from sweeps.engine_depth import ENGINE_DEPTH
from sweeps.enumeration import points
from sweeps.method_settings import Kind, MethodSettings
from sweeps.methods import method_of
from sweeps.metrics import BY_NAME, Direction
from sweeps.point import Network, Point
from sweeps.study import load_study, parse_study

EXAMPLES = Path(__file__).parent.parent / "examples"


def content_of(network: Network) -> str:
    return "content"


def read(text: str) -> list[Point]:
    return list(points(parse_study(text, "small.toml"), content_of))


def replaced(old: str, new: str) -> str:
    assert old in STUDY
    return STUDY.replace(old, new)


def test_a_study_holds_what_its_file_says(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path))
    assert (study.name, study.question, study.depth) == ("small", "Which one?", "closed")
    assert study.mapper == {"plan_objective": ("dram_bytes",), "plan_buffers": ("machine",)}
    assert study.method == MethodSettings(Kind.GRID)
    assert study.networks == (Network("gemms.toml", folder=str(tmp_path)),)
    assert study.networks[0].source == str(tmp_path / "gemms.toml")
    assert study.objectives == {"total_cycles": Direction.MINIMISE, "pe_count": Direction.MINIMISE}
    assert [space.array for space in study.engines] == ["systolic-os", "matrix-2d", "cube"]
    assert study.machine == {"dram_gb_per_s": (1.6, 25.6)}


def test_points_are_all_combinations_that_meet_the_constraints() -> None:
    found = read(STUDY)
    assert len(found) == POINTS
    assert len({point.digest for point in found}) == POINTS
    for point in found:
        values = point.values_of_machine
        assert values.get("rows") == values.get("cols")
        assert values["pe_count"] <= 256


def test_a_constraint_says_nothing_about_engines_that_lack_its_field() -> None:
    cubes = [dict(point.engine)["p"] for point in read(STUDY) if point.array == "cube"]
    assert cubes == [2, 4, 6, 2, 4, 6]


def test_points_stand_in_one_order_networks_then_machines_then_engines() -> None:
    keys = [(dict(point.machine)["dram_gb_per_s"], point.array) for point in read(STUDY)]
    assert keys == sorted(keys, key=lambda key: (key[0], ["systolic-os", "matrix-2d", "cube"].index(key[1])))


def test_where_cuts_one_block_alone() -> None:
    text = replaced('array = "cube"', 'array = "cube"\nwhere = "p > 2 and array == \'cube\'"')
    assert len(read(text)) == POINTS - 2


def test_a_preset_brings_its_fields_and_axes_override_them() -> None:
    text = replaced('array = "cube"\np = {from=2, to=6, step=2}', 'array = "systolic-16"\ncols = [8, 16]')
    found = [dict(p.engine) for p in read(text.replace('constraints = ["rows == cols", "pe_count <= 256"]', ""))]
    assert [(e["rows"], e["cols"]) for e in found][-2:] == [(16, 8), (16, 16)]


def test_a_machine_preset_brings_its_fields() -> None:
    found = read(replaced("[machine]", '[machine]\npreset = "mobile"'))
    assert dict(found[0].machine)["scratchpad_a_bytes"] == 1 << 20
    assert dict(found[0].machine)["dram_gb_per_s"] == 1.6


def test_sizes_may_bear_units() -> None:
    found = read(replaced("[machine]", '[machine]\nscratchpad_a_bytes = "64KiB"'))
    assert dict(found[0].machine)["scratchpad_a_bytes"] == 65536


def test_dimensions_and_fields_of_networks() -> None:
    text = replaced('["gemms.toml"]', '[{name="net.onnx", dims={seq=8, batch=2}}, "gpt2-small:seq=64", "a.csv:x=1"]')
    study = parse_study(text, "folder/small.toml")
    assert study.networks == (
        Network("net.onnx", (("batch", 2), ("seq", 8)), "folder"),
        Network("gpt2-small:seq=64"),
        Network("a.csv:x=1", folder="folder"),
    )
    assert [network.source for network in study.networks] == [
        "folder/net.onnx",
        "gpt2-small:seq=64",
        "folder/a.csv:x=1",
    ]


def test_the_digest_of_a_study_forgets_layout() -> None:
    study = parse_study(STUDY, "small.toml")
    assert study.digest == parse_study("# a comment\n" + STUDY.replace("= [", "=  ["), "other.toml").digest
    assert study.digest != parse_study(replaced("Which", "What"), "small.toml").digest


@pytest.mark.parametrize("field", ["array", "engine", "machine", "content", "depth", "plan_objective", "plan_buffers"])
def test_a_points_digest_names_everything_that_decides(field: str) -> None:
    base = {
        "array": "cube",
        "engine": (("p", 2),),
        "machine": (),
        "network": Network("a"),
        "content": "x",
        "depth": "closed",
        "plan_objective": "latency",
    }
    changed = {"engine": (("p", 3),), "machine": (("buffers", 1),)}.get(field, "other")
    assert Point(**base).digest != Point(**{**base, field: changed}).digest  # type: ignore[arg-type]


def test_a_points_digest_forgets_where_the_network_came_from() -> None:
    first, second = (Point("cube", (), (), Network(name), "x", "closed", "dram_bytes") for name in ("a", "b/a"))
    assert first.digest == second.digest


STUDIES = [path for path in sorted(EXAMPLES.glob("*.toml")) if "[study]" in path.read_text()]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.name)
def test_examples_are_studies(path: Path) -> None:
    study = load_study(path)
    found = next(method_of(study).propose(study, content_of))
    assert 5 <= len(found) <= (10_000 if study.depth == ENGINE_DEPTH else 500)
    for point in found[:: max(len(found) // 500, 1)]:
        assert point.make_machine().engine.pe_count >= 1


RESULTS = ", ".join(BY_NAME)
WRONG = [
    (
        'name = "small"',
        'nam = "small"',
        "[study] has no key 'nam' (did you mean 'name'?); its keys are name, question, "
        "workloads, depth, plan_objective",
    ),
    ('name = "small"', "", "[study] has no key 'name', and needs it"),
    ('name = "small"', "name = 3", "[study] name is 3; it must be a text"),
    (
        'workloads = ["gemms.toml"]',
        "workloads = []",
        "[study] workloads is []; it must be a list with at least one entry",
    ),
    (
        'workloads = ["gemms.toml"]',
        'workloads = ["gemms.toml", {name="gemms.toml"}]',
        "[study] workloads holds 'gemms.toml' twice",
    ),
    ('constraints = ["rows == cols", "pe_count <= 256"]', "constraints = 3", "constraints is 3; it must be a list"),
    (
        '"rows == cols"',
        '"pe_count"',
        "constraint 'pe_count' is 16, neither true nor false; a constraint is a comparison such as \"rows <= 64\"",
    ),
    (
        'workloads = ["gemms.toml"]',
        "workloads = [3]",
        "[study] workloads holds 3; a workload is a text or {name=, dims={...}, weight=}",
    ),
    (
        'workloads = ["gemms.toml"]',
        'workloads = [{name="a.onnx", dims={batch=0}}]',
        "[study] workloads: dims.batch=0 is not a whole number of at least 1",
    ),
    (
        'name = "small"',
        'name = "small"\ndepth = "close"',
        "[study] depth is 'close' (did you mean 'closed'?); allowed are engine, closed, count, step",
    ),
    (
        'name = "small"',
        'name = "small"\nplan_objective = "cycles"',
        "[study] plan_objective is 'cycles'; allowed are dram_bytes, latency, energy",
    ),
    (
        "[machine]",
        "[machin]",
        "the file has no key 'machin' (did you mean 'machine'?); its keys are study, engine, "
        "machine, mapper, constraints, objectives, method",
    ),
    (
        'total_cycles = "minimise"',
        'total_cycle = "minimise"',
        f"[objectives] has no result 'total_cycle' (did you mean 'total_cycles'?); its results are {RESULTS}",
    ),
    (
        'total_cycles = "minimise"',
        'total_cycles = "minimize"',
        "[objectives] total_cycles is 'minimize' (did you mean 'minimise'?); allowed are minimise, maximise",
    ),
    (
        '[objectives]\ntotal_cycles = "minimise"\npe_count = "minimise"',
        "[objectives]",
        '[objectives] is empty; it holds lines such as total_cycles = "minimise"',
    ),
    ('array = "cube"', 'array = "cub"', "[[engine]] array is 'cub' (did you mean 'cube'?); allowed are ARRAYS"),
    ('array = "cube"', 'aray = "cube"', "[[engine]] has no key 'array'; it names an array, a preset or a list of them"),
    (
        'array = "cube"',
        'array = "cube"\nmac = "paralel"',
        "[[engine]] mac is 'paralel' (did you mean 'parallel'?); allowed are MACS",
    ),
    ("p = {from=2, to=6, step=2}", 'p = ["two"]', "[[engine]] cube: p=two is not a whole number"),
    ("p = {from=2, to=6, step=2}", "p = []", "[[engine]] cube p is an empty list; an axis has at least one value"),
    (
        '"rows == cols"',
        '"rows == col"',
        "constraint 'rows == col' has no name 'col' (did you mean 'cols'?); its names are NAMES",
    ),
    ('"rows == cols"', "3", 'constraints holds 3; a constraint is a text such as "pe_count <= 1024"'),
    ('"rows == cols"', '"rows = cols"', "constraint 'rows = cols': '=' at column 6 is not part of the language"),
    (
        'array = "cube"',
        'array = "cube"\nwhere = "rows < 4"',
        "[[engine]] cube where 'rows < 4' has no field 'rows'; its fields are FIELDS",
    ),
    (
        "[machine]",
        '[machine]\npreset = "edg"',
        "[machine] preset is 'edg' (did you mean 'edge'?); allowed are edge, micro, mobile, server",
    ),
    (
        "dram_gb_per_s",
        "dram_gb_per_",
        "[machine] has no field 'dram_gb_per_' (did you mean 'dram_gb_per_s'?); its fields are MACHINE",
    ),
    ("[1.6, 25.6]", '["fast"]', "[machine] dram_gb_per_s=fast is not a number"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[message[:40] for _, _, message in WRONG])
def test_every_wrong_word_gets_a_sentence(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(replaced(old, new))
    said = str(caught.value)
    pattern = re.escape(f"small.toml: {message}")
    for word in ("ARRAYS", "MACS", "NAMES", "FIELDS", "MACHINE"):
        pattern = pattern.replace(word, r"[\w-]+(, [\w-]+)*")
    assert re.fullmatch(pattern, said), said


def test_a_missing_file_and_bad_toml_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(str(tmp_path / 'none.toml'))}: No such file or directory$"):
        load_study(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[study\n")
    with pytest.raises(SpecError, match=f"^{re.escape(str(tmp_path / 'bad.toml'))}: .*line 1"):
        load_study(tmp_path / "bad.toml")


def test_fields_decide_of_a_machine_that_cannot_be_made(tmp_path: Path) -> None:
    text = STUDY.replace('"pe_count <= 256"', '"pe_count <= 256", "cols != 8"').replace(
        "cols = [4, 8, 16]", 'cols = [4, 8, 16]\nacc = "int4"'
    )
    found = list(points(load_study(write_study(tmp_path, text)), lambda network: network.text))
    assert found
    assert not [point for point in found if dict(point.engine).get("cols") == 8]
