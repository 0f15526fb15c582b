"""Every field of arrays, MACs, machines and the mapper is an axis, and takes part in constraints and in what is run."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest

import sweeps
from hwsim.arrays import ARRAYS
from hwsim.engine import defaults_of, make_engine
from hwsim.errors import SpecError
from hwsim.machine_fields import MACHINE_FIELDS, MachineFields
from hwsim.macs import MACS
from mapper.objective import Objective
from mapper.planning import plan
from small_study import STUDY, write_study
from sweeps.enumeration import points
from sweeps.plan_settings import MAPPER_FIELDS, Buffers
from sweeps.point import Network
from sweeps.render.labels import Labels
from sweeps.space import defaults_of_engine, shown
from sweeps.study import parse_study

HOUSED = [(array, mac) for array in ARRAYS for mac in array.houses]


def content_of(network: Network) -> str:
    return "content"


def study_with(machine: str = "", engine: str = "", constraints: str = "") -> str:
    return f"""
constraints = [{constraints}]
[study]
name = "axes"
question = "Which?"
workloads = ["gemms.toml"]
[objectives]
total_cycles = "minimise"
{machine}
[[engine]]
{engine or 'array = "cube"'}
"""


def toml(value: object) -> str:
    text = shown(value)
    return str(text).lower() if isinstance(text, bool) else f'"{text}"' if isinstance(text, str) else str(text)


def equations(values: Mapping[str, object]) -> str:
    """A constraint for each name: that it has its value."""
    said = (f"{name} == {toml(value)}".replace('"', "'") for name, value in values.items())
    return ", ".join(f'"{text}"' for text in said)


@pytest.mark.parametrize("kind", [*ARRAYS, *MACS], ids=lambda kind: kind.name)
def test_no_field_of_an_engine_lacks_a_default(kind: type) -> None:
    assert set(defaults_of(kind)) == {field.name for field in fields(kind) if field.init}


@pytest.mark.parametrize(("array", "mac"), HOUSED, ids=lambda kind: kind.name)
def test_every_field_of_an_engine_is_an_axis_and_a_name(array: type, mac: type) -> None:
    defaults = defaults_of_engine(array.name, mac.name)  # type: ignore[attr-defined]
    axes = "\n".join(f"{name} = [{toml(value)}]" for name, value in defaults.items())
    constraints = equations(defaults)
    engine = f'array = "{array.name}"\nmac = "{mac.name}"\n{axes}'  # type: ignore[attr-defined]
    (point,) = points(parse_study(study_with(engine=engine, constraints=constraints), "axes.toml"), content_of)
    assert {name: dict(point.engine)[name] for name in defaults} == {n: shown(v) for n, v in defaults.items()}


def test_every_field_of_a_machine_is_an_axis_and_a_name() -> None:
    usual = {name: getattr(MachineFields(), name) for name in MACHINE_FIELDS}
    axes = "[machine]\n" + "\n".join(f"{name} = [{toml(value)}]" for name, value in usual.items())
    constraints = equations(usual)
    (point,) = points(parse_study(study_with(machine=axes, constraints=constraints), "axes.toml"), content_of)
    assert dict(point.machine) == {name: shown(value) for name, value in usual.items()}


def test_every_setting_of_the_mapper_is_an_axis() -> None:
    said = [name for name in inspect.signature(plan).parameters if name not in ("workload", "machine")]
    assert [f"plan_{name}" for name in said] == list(MAPPER_FIELDS)
    assert [type(usual) for usual in MAPPER_FIELDS.values()] == [Objective, Buffers]


MAPPER = """
[mapper]
plan_objective = ["dram_bytes", "latency", "energy"]
plan_buffers = ["machine", 1, "2", "1,2"]
"""


def test_the_mapper_is_told(tmp_path: Path) -> None:
    text = study_with(machine=f'[machine]\npreset = "micro"\n{MAPPER}', engine='array = "cube"\np = 8')
    table = sweeps.run(sweeps.load_study(write_study(tmp_path, text)))
    assert len(table.entries) == 12
    assert not table.failed
    results = {(e.values["plan_objective"], e.values["plan_buffers"]): e.values for e in table.entries}
    for buffers in ("machine", "1", "2", "1,2"):
        least = min(results[objective.value, buffers]["dram_bytes"] for objective in Objective)
        assert results["dram_bytes", buffers]["dram_bytes"] == least
    for objective in Objective:
        assert results[objective.value, "machine"] == results[objective.value, "2"] | {"plan_buffers": "machine"}
    assert results["latency", "1,2"]["total_cycles"] <= results["latency", "2"]["total_cycles"]
    assert results["latency", "1"]["total_cycles"] > results["latency", "2"]["total_cycles"]
    command = Labels(table.entries).command(table.entries[-1])
    assert command.endswith("--objective energy --buffers 1,2")


def test_settings_of_the_mapper_are_names_of_constraints() -> None:
    text = study_with(machine=MAPPER, constraints="\"plan_objective == 'latency' or plan_buffers == '1'\"")
    found = [(p.plan_objective, p.plan_buffers) for p in points(parse_study(text, "axes.toml"), content_of)]
    assert found == [
        ("dram_bytes", "1"),
        ("latency", "machine"),
        ("latency", "1"),
        ("latency", "2"),
        ("latency", "1,2"),
        ("energy", "1"),
    ]


def test_defaults_that_follow_from_formats_follow_in_studies() -> None:
    text = study_with(engine='array = "lut"\na = ["int8", "fp16"]\nentry = ["exact", "int8"]\nprecompute = "fused"')
    for point in points(parse_study(text, "axes.toml"), content_of):
        given = {name: dict(point.engine)[name] for name in ("a", "entry", "precompute")}
        assert point.make_engine().spec == make_engine("lut", given).spec


WRONG = [
    (
        '[mapper]\nplan_objectiv = "latency"',
        "[mapper] has no field 'plan_objectiv' (did you mean 'plan_objective'?); "
        "its fields are plan_objective, plan_buffers",
    ),
    (
        "[mapper]\nplan_buffers = 3",
        "[mapper] plan_buffers is '3'; allowed are machine, 1, 2, 1,2",
    ),
    ("[mapper]\nplan_objective = []", "[mapper] plan_objective is an empty list; an axis has at least one value"),
]


@pytest.mark.parametrize(("mapper", "message"), WRONG)
def test_a_wrong_word_to_the_mapper_gets_a_sentence(mapper: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_study(study_with(machine=mapper), "axes.toml")
    assert str(caught.value) == f"axes.toml: {message}"


def test_the_objective_of_plans_is_said_once() -> None:
    text = STUDY.replace('["gemms.toml"]', '["gemms.toml"]\nplan_objective = "latency"')
    assert parse_study(text, "a.toml").mapper["plan_objective"] == ("latency",)
    with pytest.raises(SpecError) as caught:
        parse_study(text + '\n[mapper]\nplan_objective = "latency"', "a.toml")
    assert str(caught.value) == "a.toml: plan_objective stands in [study] and in [mapper]; it is said once"


@pytest.mark.parametrize("weight", ["0", "-1", "true", '"two"', "inf"])
def test_a_weight_is_a_number_above_0(weight: str) -> None:
    text = STUDY.replace('["gemms.toml"]', f'[{{name = "gemms.toml", weight = {weight}}}]')
    with pytest.raises(SpecError) as caught:
        parse_study(text, "a.toml")
    shown_as = {"true": "True", '"two"': "'two'"}.get(weight, weight)
    assert str(caught.value) == f"a.toml: [study] workloads: weight={shown_as} is not a number above 0"
