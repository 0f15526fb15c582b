"""The command line: what it answers, in words and in JSON, and how it refuses."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from hwsim.arrays import ARRAYS
from hwsim.engine import load_engine
from hwsim.workload.library.table import WORKLOADS
from small_study import GEMMS, POINTS, STUDY, write_study
from sweeps.cli import app
from sweeps.enumeration import points
from sweeps.evaluate import Evaluator
from sweeps.metrics import METRICS
from sweeps.release import release
from sweeps.render.layers import BAR_CELLS
from sweeps.runner import run
from sweeps.store import Asked, Store
from sweeps.study import load_study

ROOT = Path(__file__).parent.parent
ENGINE = "systolic-os:rows=8,cols=8"
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object, code: int = 0) -> str:
    """What a command prints; it must end with ``code``."""
    result = invoke(*words)
    assert result.exit_code == code, result.output
    return result.stdout


def as_json(*words: object, code: int = 0) -> Any:
    return json.loads(answer(*words, "--json", code=code))


def refusal(*words: object) -> str:
    """The one sentence on stderr of a command that exits 2 and prints nothing else."""
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("hwsim: ")
    return result.stderr.removeprefix("hwsim: ").strip()


@pytest.fixture
def gemms(tmp_path: Path) -> Path:
    (tmp_path / "gemms.toml").write_text(GEMMS)
    return tmp_path / "gemms.toml"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the small study, run by the command."""
    folder = tmp_path_factory.mktemp("study")
    text = answer("sweep", write_study(folder), "--out", folder / "out")
    assert f"{POINTS} of {POINTS} points done" in text
    return folder / "out"


def test_engines_are_those_of_the_registry() -> None:
    assert [row["array"] for row in as_json("engines")["arrays"]] == [kind.name for kind in ARRAYS]
    assert "systolic-os" in answer("engines")


def test_fields_in_json_are_defaults_by_name() -> None:
    cube = next(row for row in as_json("engines")["arrays"] if row["array"] == "cube")
    assert cube["fields"] == {"p": 8, "overlap": True}
    parallel = next(row for row in as_json("engines")["macs"] if row["mac"] == "parallel")
    assert parallel["fields"] == {"a": "int8", "w": "int8", "acc": "int32"}
    networks = {row["name"]: row["fields"] for row in as_json("workloads")["workloads"]}
    assert networks["gpt2-small"]["phase"] == "prefill"
    assert networks["gpt2-small"]["batch"] == 1
    assert networks.keys() == WORKLOADS.keys()


def test_operators_that_are_all_fused_say_so_instead_of_no_cycles() -> None:
    text = answer("simulate", "--workload", "alexnet", "--engine", ENGINE)
    rows = [line.split() for line in text.partition("other operators")[2].splitlines()]
    assert ["Relu", "7", "7", "fused", "–"] in rows
    assert "fused" not in next(row for row in rows if row[:1] == ["MaxPool"])


def test_workloads_are_those_of_the_library() -> None:
    assert "resnet50" in [row["name"] for row in as_json("workloads")["workloads"]]
    assert "resnet50" in answer("workloads")


def test_simulate_gives_every_field_that_it_promises(gemms: Path) -> None:
    report = as_json("simulate", "--workload", gemms, "--engine", ENGINE)
    assert report.keys() >= {
        "total_cycles", "compute_cycles", "stall_cycles", "macs", "utilization", "energy_pj", "area_um2",
        "area_by_component", "clock_ghz", "technology", "assumptions", "layers", "other_operators",
    }  # fmt: skip
    assert [layer["name"] for layer in report["layers"]] == ["first", "second"]
    for layer in report["layers"]:
        assert layer.keys() >= {
            "name", "m", "n", "k", "batch", "compute_cycles", "total_cycles", "utilization", "dram_bytes",
        }  # fmt: skip
    assert report["total_cycles"] == report["compute_cycles"] + sum(report["stall_cycles"].values())
    assert report["macs"] == 40 * 24 * 30 + 7 * 64 * 65
    assert (report["energy_pj"], report["area_um2"]) == (None, None)


def test_simulate_prints_layers_totals_and_assumptions(gemms: Path) -> None:
    report = as_json("simulate", "--workload", gemms, "--engine", ENGINE)
    text = answer("simulate", "--workload", gemms, "--engine", ENGINE)
    for words in ("first", "40 × 24 × 30", "second", "7 × 64 × 65", f"{report['total_cycles']:,}", "run time"):
        assert words in text
    for line in report["assumptions"]:
        assert line[:40] in text


def test_a_utilisation_above_100_per_cent_fills_its_bar(tmp_path: Path) -> None:
    gemm, zeros, sparse = tmp_path / "one.toml", tmp_path / "zeros.npz", "bitslice:columns=8,rows=8,group=8"
    gemm.write_text('name = "one"\n[[gemm]]\nname = "g"\nm = 64\nn = 64\nk = 256\n')
    np.savez(zeros, a=np.zeros((64, 256), np.int8))
    words = "simulate", "--workload", gemm, "--engine", sparse, "--depth", "count", "--operands", zeros
    assert as_json(*words)["utilization"] > 1.5  # eight operands without a digit take four cycles
    assert answer(*words).count("━") == BAR_CELLS


def test_a_saved_plan_gives_the_same_report(gemms: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plans" / "plan.json"
    question = ("simulate", "--workload", gemms, "--engine", ENGINE, "--machine", "micro")
    first = as_json(*question, "--out-plan", plan)
    assert as_json(*question, "--plan", plan) == first


def test_a_plan_for_another_machine_or_engine_is_named_in_the_assumptions(gemms: Path, tmp_path: Path) -> None:
    plan, other = tmp_path / "plan.json", "systolic-os:rows=4,cols=8"
    as_json("simulate", "--workload", gemms, "--engine", ENGINE, "--machine", "micro", "--out-plan", plan)
    report = as_json("simulate", "--workload", gemms, "--engine", ENGINE, "--machine", ":buffers=1", "--plan", plan)
    sizes = [f"scratchpad_{x}_bytes={{}}" for x in "abc"]
    made, run = (", ".join(sizes).format(*[size] * 3) for size in (32768, 262144))
    assert [line for line in report["assumptions"] if "plan" in line] == [
        f"the plan was made for a machine with {made}, buffers=2, dram_gb_per_s=1.6, "
        f"not {run}, buffers=1, dram_gb_per_s=25.6"
    ]
    report = as_json("simulate", "--workload", gemms, "--engine", other, "--machine", "micro", "--plan", plan)
    assert (
        f"the plan was made for the engine {load_engine(ENGINE).spec}, not for {load_engine(other).spec}"
        in report["assumptions"]
    )


def test_objectives_differ_in_the_right_direction(gemms: Path) -> None:
    question = ("simulate", "--workload", gemms, "--engine", ENGINE, "--machine", "micro:scratchpad_a_bytes=512")
    fast, lean = (as_json(*question, "--objective", name) for name in ("latency", "dram_bytes"))
    assert fast["total_cycles"] <= lean["total_cycles"]
    assert fast["dram_bytes"] >= lean["dram_bytes"]


def test_sweep_writes_a_store_that_report_and_export_read(swept: Path, tmp_path: Path) -> None:
    page, table = tmp_path / "sub" / "page.html", tmp_path / "sub" / "table.csv"
    assert as_json("report", swept, "--html", page) == {
        "html": str(page),
        "bytes": page.stat().st_size,
        "screenshot": None,
    }
    assert as_json("export", swept, "--csv", table)["rows"] == POINTS
    assert table.read_text() == answer("export", swept, "--csv", "-")
    answer("report", swept)
    assert (swept / "report.html").read_bytes() == page.read_bytes()


def test_the_same_study_exports_the_same_bytes(swept: Path, tmp_path: Path) -> None:
    study = swept.parent / "small.toml"
    answer("sweep", study, "--out", tmp_path / "again")
    assert answer("export", tmp_path / "again", "--csv", "-") == answer("export", swept, "--csv", "-")


def test_a_sweep_with_workers_and_a_table_in_both_forms(swept: Path, tmp_path: Path) -> None:
    study = swept.parent / "small.toml"
    answer("sweep", study, "--out", tmp_path / "again", "--workers", "2", "--point-time-limit", "600", "--retry-failed")
    files = {"csv": str(tmp_path / "new" / "t.csv"), "parquet": str(tmp_path / "new" / "t.parquet")}
    found = as_json("export", tmp_path / "again", "--csv", files["csv"], "--parquet", files["parquet"])
    assert {name: found[name] for name in files} == files
    assert Path(files["csv"]).read_text() == answer("export", swept, "--csv", "-")
    answer("export", swept, "--csv", "-", "--parquet", tmp_path / "other.parquet")
    assert (tmp_path / "other.parquet").read_bytes() == Path(files["parquet"]).read_bytes()


def test_an_export_has_every_metric_and_no_duration(swept: Path) -> None:
    head, *rows = answer("export", swept, "--csv", "-").splitlines()
    names = head.split(",")
    assert names[:2] == ["workload", "array"]
    assert set(names) >= {metric.name for metric in METRICS}
    assert "seconds" not in names
    assert len(rows) == POINTS


def test_sweep_in_json_says_the_front_and_the_answer(swept: Path) -> None:
    facts = as_json("sweep", swept.parent / "small.toml", "--out", swept)
    assert facts["points"] == POINTS
    assert facts["failed"] == []
    assert facts["front"]
    assert "has the lowest total cycles" in facts["answer"]


def test_a_dry_run_counts_and_leaves_no_trace(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    facts = as_json("sweep", study, "--out", tmp_path / "out", "--dry-run")
    assert (facts["points"], facts["stored"], len(facts["first"])) == (POINTS, 0, 10)
    assert f"small: {POINTS} points, 0 of them stored already, {POINTS} to run" in answer(
        "sweep", study, "--out", tmp_path / "out", "--dry-run"
    )
    assert not (tmp_path / "out").exists()


def test_a_dry_run_needs_no_folder_and_a_sweep_does(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    folder = ("--out", tmp_path / "out")
    first, estimate, *points = answer("sweep", study, "--dry-run").splitlines()
    again, _, *same = answer("sweep", study, "--dry-run", *folder).splitlines()
    assert (first, points) == (again, same)
    said = r"about \d+(\.\d)? (s|min) on one core, judged by 4 points run for this estimate; the first points:"
    assert re.fullmatch(said, estimate)
    result = invoke("sweep", study)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "hwsim: sweep needs --out, the folder in which it stores what it runs; --dry-run does without\n"
    )


def test_a_dry_run_names_each_machine_on_one_line() -> None:
    first, _, *lines = answer("sweep", ROOT / "examples" / "lut_shapes.toml", "--dry-run").splitlines()
    assert first == "lut-shapes: 5 points, 0 of them stored already, 5 to run"
    assert len(lines) == 5
    assert all(line.startswith("  bitnet") and line.endswith(",dram_gb_per_s=460") for line in lines)


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_study_without_points_exits_1_with_one_sentence(more: tuple[str, ...], tmp_path: Path) -> None:
    study = write_study(tmp_path, STUDY.replace("pe_count <= 256", "pe_count < 1"))
    result = invoke("sweep", study, "--out", tmp_path / "out", *more)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"hwsim: {study}: the constraints leave no point to run\n"
    assert not (tmp_path / "out").exists()


def test_the_report_of_an_interrupted_sweep_says_how_much_ran(tmp_path: Path) -> None:
    study, out = load_study(write_study(tmp_path)), tmp_path / "out"
    found = list(points(study, Evaluator().content_of))
    with Store.create_or_open(out) as store:
        asked = Asked(study.digest, "1")
        store.begin(asked, study.origin, study.text)
        store.propose(found)
        store.put_outcome(Evaluator().evaluate(found[0]), asked)
    assert answer("report", out) == f"{out / 'report.html'}: 1 of {POINTS} designs ran, 1 on the front\n"


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ("point SET fields = json_remove(fields, '$.engine.overlap')", "overlap"),
        ("point SET fields = json_remove(fields, '$.dims')", "dims"),
        ("outcome SET summary = json_remove(summary, '$.utilization')", "utilization"),
        ("outcome SET report = REPORT", "assumptions"),
    ],
)
def test_points_of_another_layout_are_refused_with_one_sentence(change: str, lacking: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(load_study(write_study(tmp_path)), out)
    older = zlib.compress(b'{"compute_cycles": 1, "stall_cycles": {}, "layers": []}').hex()
    connection = sqlite3.connect(out / "study.sqlite")
    with connection:
        connection.execute("UPDATE " + change.replace("REPORT", f"x'{older}'"))
    connection.close()
    assert refusal("report", out) == (
        f"{out}: its points lack the field {lacking!r}, another version of hwsim wrote them; "
        "run `hwsim sweep` into it again"
    )


def test_failed_points_exit_1(tmp_path: Path) -> None:
    study = write_study(tmp_path, STUDY.replace("[machine]", "[machine]\nscratchpad_c_bytes = [64, 65536]"))
    text = answer("sweep", study, "--out", tmp_path / "out", code=1)
    assert f"{2 * POINTS} of {2 * POINTS} points done, " in text
    assert "failed: gemms.toml on systolic-os:rows=8,cols=8 in :dram_gb_per_s=1.6,scratchpad_c_bytes=64: " in text
    assert as_json("sweep", study, "--out", tmp_path / "out", code=1)["failed"]
    answer("report", tmp_path / "out")
    assert "points failed" in (tmp_path / "out" / "report.html").read_text()


def test_a_missing_browser_is_a_sentence_and_the_page_is_there(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = invoke("report", swept, "--html", tmp_path / "r.html", "--screenshot", tmp_path / "r.png")
    assert result.exit_code == 0
    assert result.stderr == (
        "hwsim: no Chromium was found to take a picture with; `apt-get install chromium` brings one; "
        "the page is written\n"
    )
    assert (tmp_path / "r.html").exists()
    assert not (tmp_path / "r.png").exists()


def test_rtl_emit_writes_the_files_that_it_names(tmp_path: Path) -> None:
    facts = as_json("rtl", "emit", "cube:p=2", "--out", tmp_path / "v")
    assert facts["engine"] == load_engine("cube:p=2").spec
    assert sorted(facts["files"]) == sorted(str(path) for path in (tmp_path / "v").glob("*.v"))
    assert f"module {facts['top']}" in Path(facts["files"][0]).read_text()
    assert facts["top"] in answer("rtl", "emit", "cube:p=2", "--out", tmp_path / "v")


@pytest.mark.rtl
def test_rtl_verify_counts_the_edges_that_it_compared() -> None:
    verdict = as_json("rtl", "verify", "systolic-os:rows=2,cols=2", "--cases", 2)
    assert verdict["passed"]
    assert verdict["edges"] > 0
    assert verdict["mismatch_count"] == 0


@pytest.mark.rtl
def test_rtl_lint_finds_nothing() -> None:
    assert as_json("rtl", "lint", "systolic-os:rows=2,cols=2")["findings"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("simulate", "--workload", "resnet51", "--engine", ENGINE),
            "unknown workload 'resnet51' (did you mean 'resnet50'?); a workload is a name that 'hwsim workloads' "
            "lists, or the path of a file that ends in .onnx, .csv, .toml, .json",
        ),
        (
            ("simulate", "--workload", "", "--engine", ENGINE),
            "unknown workload ''; a workload is a name that 'hwsim workloads' lists, or the path of a file that ends "
            "in .onnx, .csv, .toml, .json",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", "systolic-oz:rows=8"),
            "unknown engine 'systolic-oz' (did you mean 'systolic-os'?); engines are systolic-os, systolic-ws, "
            "systolic-is, cube, adder-tree, matrix-2d, bitslice, lut, lut-conventional, unpu, bit-serial-add, "
            "dequant-mac, tpu-like-32, systolic-16",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", "cube:q=8"),
            "cube has no field 'q'; its fields are p, overlap, mac, a, w, acc",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--machine", "edg"),
            "unknown machine 'edg' (did you mean 'edge'?); machines are edge, micro, mobile, server",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--depth", "closd"),
            "--depth is 'closd' (did you mean 'closed'?); allowed are engine, closed, count, step",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--objective", "bytes"),
            "--objective is 'bytes' (did you mean 'dram_bytes'?); allowed are dram_bytes, latency, energy",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--dim", "batch"),
            "--dim 'batch' is not of the form NAME=N with a whole number N of at least 1",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--dim", "batch=0"),
            "--dim 'batch=0' is not of the form NAME=N with a whole number N of at least 1",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--dim", "b=1", "--dim", "b=2"),
            "--dim gives 'b' twice",
        ),
        (
            ("simulate", "--workload", "GEMMS", "--engine", ENGINE, "--plan", "no.json"),
            "no.json: No such file or directory",
        ),
        (
            ("rtl", "verify", "cube:p=2", "--simulator", "icarsu"),
            "--simulator is 'icarsu' (did you mean 'icarus'?); allowed are icarus, verilator",
        ),
        (("simulate", "--engine", ENGINE), "missing option '--workload' / '-w'; see 'hwsim simulate --help'"),
        (
            ("simulte",),
            f"no command 'simulte' (did you mean 'simulate'?); commands are {', '.join(COMMANDS)}",
        ),
        (
            ("rtl", "emti"),
            "no command 'emti' (did you mean 'emit'?); "
            "commands are emit, lint, verify, prove, synth, curve, baselines, power, characterise",
        ),
        (
            ("rtl", "lint", ENGINE, "--jsn"),
            "rtl lint has no option '--jsn' (did you mean '--json'?); its options are --json, --help",
        ),
        (
            ("--verson",),
            "hwsim has no option '--verson' (did you mean '--version'?); its options are --version, --help",
        ),
        (
            ("rtl", "verify", "cube:p=2", "--seed", "x"),
            "invalid value for '--seed': 'x' is not a whole number; see 'hwsim rtl verify --help'",
        ),
        (("engines", "a"), "got unexpected extra argument(s) (a); see 'hwsim engines --help'"),
        (("rtl", "verify", "cube:p=2", "--cases", "0"), "a verification has at least 1 case, not 0"),
        (("rtl", "emit", "cube:p=0", "--out", "v"), "cube: p must be at least 1, not 0"),
        (("sweep", "none.toml", "--out", "out"), "none.toml: No such file or directory"),
        (("report", "nowhere"), "nowhere: no sweep was stored here (study.sqlite is missing)"),
        (("export", "nowhere"), "export needs --csv or --parquet, the file that it writes"),
        (
            ("sweep", "STUDY", "--out", "o", "--workers", "0"),
            "workers is 0; from 1 to 1024 are allowed",
        ),
        (
            ("sweep", "STUDY", "--out", "o", "--workers", "1", "--scheduler", "tcp://h:1"),
            "workers and a scheduler were both given; points run in one place",
        ),
        (
            ("sweep", "STUDY", "--out", "o", "--point-time-limit", "-1"),
            "the time limit of a point is -1 s; seconds above 0 are allowed",
        ),
        (("export", "nowhere", "--csv", "f.csv"), "nowhere: no sweep was stored here (study.sqlite is missing)"),
    ],
)
def test_a_wrong_question_gets_one_sentence_and_exit_2(
    words: tuple[str, ...], message: str, gemms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(*(gemms if word == "GEMMS" else word for word in words)) == message


def test_an_interruption_is_a_sentence_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hwsim.engine.load_engine", interrupted)
    result = invoke("simulate", "--workload", "alexnet", "--engine", ENGINE)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "hwsim: interrupted\n")


def test_no_words_get_the_whole_help() -> None:
    assert "Usage:" in invoke().output
    assert "Commands:" in invoke("rtl").output


def test_the_version_is_the_packages() -> None:
    assert answer("--version") == f"hwsim {release()}\n"


def run_process(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    code = "from sweeps.cli import main; main()"
    command = [sys.executable, "-c", code, *(str(word) for word in words)]
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


def test_as_a_process_it_ends_with_its_code_and_no_traceback(tmp_path: Path) -> None:
    wrong = run_process("simulate", "--workload", "resnet51", "--engine", ENGINE)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("hwsim: unknown workload 'resnet51'")
    assert "Traceback" not in wrong.stderr
    right = run_process("rtl", "emit", "cube:p=1", "--out", tmp_path, "--json")
    assert (right.returncode, right.stderr) == (0, "")
    assert json.loads(right.stdout)["files"]


def test_a_terminal_that_lacks_a_character_gets_a_question_mark(gemms: Path) -> None:
    done = run_process("simulate", "--workload", gemms, "--engine", ENGINE, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "40 ? 24 ? 30" in done.stdout


def test_a_full_disk_under_stdout_is_a_sentence() -> None:
    code = "import sys; sys.stdout = open('/dev/full', 'w'); from sweeps.cli import main; main()"
    command = [sys.executable, "-c", code, "engines", "--markdown"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == "hwsim: the output: No space left on device"


def test_progress_outside_a_terminal_is_lines_on_stderr(tmp_path: Path) -> None:
    done = run_process("sweep", write_study(tmp_path), "--out", tmp_path / "out", "--json")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == f"0 of {POINTS} points"
    assert re.fullmatch(rf"{POINTS} of {POINTS} points, \d+\.\d/s", done.stderr.splitlines()[-1])
    assert json.loads(done.stdout)["points"] == POINTS


def test_ctrl_c_ends_with_a_sentence_and_a_store_that_continues(tmp_path: Path) -> None:
    study, out = ROOT / "examples" / "first_sweep.toml", tmp_path / "out"
    code = "from sweeps.cli import main; main()"
    command = [sys.executable, "-c", code, "sweep", str(study), "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stderr is not None
        assert child.stderr.readline() == "0 of 42 points\n"
        child.send_signal(signal.SIGINT)
        said = child.communicate()[1]
    assert child.returncode == 1
    assert said.splitlines()[-1] == f"hwsim: interrupted; what was finished is in {out}, the same command continues"
    assert as_json("sweep", study, "--out", out, "--dry-run")["points"] == 42


def test_the_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sweeps.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = {'numpy', 'scipy', 'onnx', 'pyrtl', 'networkx', 'ortools', 'numba', 'rich', 'hwsim.engine'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
