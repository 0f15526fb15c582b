"""The report page: it holds the whole table, loads nothing, and its scripts run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hwsim.engine import load_engine
from hwsim.errors import MissingToolError
from hwsim.machine import load_machine
from small_study import POINTS, STUDY, write_study
from sweeps.render import payload as payload_module
from sweeps.render import screenshot
from sweeps.render.answer import answer
from sweeps.render.labels import Labels
from sweeps.render.page import page
from sweeps.render.payload import Pages, payload
from sweeps.render.screenshot import QUIET, ScreenshotError, find_browser, take
from sweeps.render.shown import Shown
from sweeps.runner import run
from sweeps.store import Store
from sweeps.study import load_study
from sweeps.table import read_table

HOSTILE = 'Which </script><script>alert("1")</script> & why?'


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("study")
    text = STUDY.replace('"Which one?"', f"'''{HOSTILE}'''")
    study = load_study(write_study(folder, text))
    run(study, folder / "out")
    store = Store.open(folder / "out")
    return Shown(read_table(store, study), store.report)


def data_of(text: str) -> Any:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_the_page_holds_what_the_table_holds(swept: Shown) -> None:
    table, data = swept.table, data_of(page(swept))
    points = data["points"]
    assert {len(points[name]) for name in ("digest", "workload", "array", "label", "front")} == {POINTS}
    assert points["values"]["macs"] == 40 * 24 * 30 + 7 * 64 * 65
    labels = Labels(table.entries)
    assert [points["label"][i].join(data["commands"][k]) for i, k in enumerate(points["command"])] == [
        labels.command(entry) for entry in table.entries
    ]
    assert points["values"]["total_cycles"] == [entry.values["total_cycles"] for entry in table.entries]
    assert points["front"] == [int(entry.on_front) for entry in table.entries]
    causes = [sum(data["layers"][str(at)]["causes"]) for at in range(POINTS)]
    assert causes == points["values"]["total_cycles"]
    assert data["workloads"][0]["layers"][1] == {"name": "second", "m": 7, "n": 64, "k": 65, "batch": 1}
    assert sorted(map(int, data["layers"])) == list(range(POINTS))


def test_layers_add_up_to_what_the_report_says(swept: Shown) -> None:
    data = payload(Pages([swept]))
    for at, layers in data["layers"].items():
        report = swept.report_of(swept.table.entries[int(at)].digest)
        assert [sum(row) for row in layers["cycles"]] == [layer["total_cycles"] for layer in report["layers"]]


def test_layers_beyond_the_budget_are_left_out_the_front_last(swept: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    table = swept.table
    monkeypatch.setattr(payload_module, "LAYERS_BUDGET_BYTES", 160 * len(table.front))
    kept = {int(at) for at in payload(Pages([swept]))["layers"]}
    front = {entry.position for entry in table.front}
    assert 0 < len(kept) < POINTS
    assert kept <= front or front <= kept


def test_commands_name_the_same_machine(swept: Shown) -> None:
    table = swept.table
    labels = Labels(table.entries)
    assert len({labels.command(entry) for entry in table.entries}) == POINTS
    for entry in table.entries:
        assert load_engine(labels.engine(entry)).array.name == entry.fields["array"]
        machine = re.search(r"--machine (\S+)", labels.command(entry))
        assert machine
        loaded = load_machine(machine[1], load_engine(labels.engine(entry)))
        assert loaded.engine.pe_count == entry.values["pe_count"]
        assert loaded.dram.bandwidth_gb_per_s == entry.values["dram_gb_per_s"]


def test_the_answer_names_the_best_design_and_counts_the_front(swept: Shown) -> None:
    table = swept.table
    first, second = answer(table)
    best = min(table.entries, key=lambda e: (e.values["total_cycles"], e.values["pe_count"], e.position))
    assert first.startswith(f"`{Labels(table.entries).engine(best)}` has the lowest total cycles, ")
    assert second.startswith(f"{len(table.front)} of {POINTS} designs are on the front of total cycles against PEs: ")


def test_objectives_that_need_a_technology_are_named(tmp_path: Path) -> None:
    text = STUDY.replace("total_cycles =", "energy_pj =").replace("pe_count =", "area_um2 =")
    said = answer(run(load_study(write_study(tmp_path, text))))
    assert said == (
        f"No design can be ranked: energy and area need a technology; {POINTS} of {POINTS} points ran, 0 failed.",
        "",
    )


def test_the_page_loads_nothing_and_escapes_what_it_shows(swept: Shown) -> None:
    text = page(swept)
    assert not re.search(r"""(src|href)\s*=\s*["']|@import|url\(|fetch\(|XMLHttpRequest|import\(""", text)
    assert re.findall(r"https?://[^\"'\s]+", text) == ["http://www.w3.org/2000/svg"]
    assert text.count("</script>") == 2
    assert "alert(&quot;1&quot;)" in text
    assert len(text.encode()) < 6_000_000


def test_equal_tables_give_equal_pages(swept: Shown) -> None:
    assert page(swept) == page(swept)


def test_a_study_without_results_has_a_page_that_says_so(tmp_path: Path) -> None:
    text = (
        STUDY.replace("[machine]", "[machine]\nscratchpad_c_bytes = 64")
        .replace("[4, 8, 16]", "[8]")
        .replace("{from=2, to=6, step=2}", "6")
    )
    study = load_study(write_study(tmp_path, text))
    table = run(study)
    assert len(table.failed) == len(table.entries)
    words = page(Shown(table, lambda digest: {}))
    assert "No design answers the question: " in words
    assert f"{len(table.failed)} points failed" in words


def browser() -> str:
    try:
        return find_browser()
    except MissingToolError as error:
        pytest.skip(str(error))


def dom_of(path: Path, tmp_path: Path) -> str:
    """The page as a browser has it when its scripts have run."""
    command = [browser(), *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_scripts_run_in_a_browser(swept: Shown, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(swept))
    dom = dom_of(path, tmp_path)
    assert 'data-ready="yes"' in dom
    assert dom.count("<tr tabindex=") == POINTS
    assert dom.count('class="layer"') == 2
    assert "Pinned design" in dom
    assert "hwsim simulate --workload" in dom
    assert "Energy and area need a technology." in dom


@pytest.mark.parametrize(
    ("script", "ended"),
    [
        ("exit 1", "exit code 1"),
        ("exit 0", "exit code 0"),
        ("exec sleep 60", "not within 0.2 s"),
        (None, "Exec format error"),
    ],
)
def test_a_browser_that_makes_no_picture_is_a_sentence_and_an_older_picture_stays(
    script: str | None, ended: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, picture = tmp_path / "chromium", tmp_path / "report.png"
    fake.write_bytes(b"\0" if script is None else f"#!/bin/sh\n{script}\n".encode())
    fake.chmod(0o755)
    picture.write_bytes(b"older")
    monkeypatch.setattr(screenshot, "find_browser", lambda: str(fake))
    monkeypatch.setattr(screenshot, "SECONDS", 0.2 if script == "exec sleep 60" else 20)
    message = f"{fake} made no picture of {tmp_path / 'report.html'} ({ended})"
    with pytest.raises(ScreenshotError, match=f"^{re.escape(message)}$"):
        take(tmp_path / "report.html", picture)
    assert picture.read_bytes() == b"older"


def test_a_picture_is_taken(swept: Shown, tmp_path: Path) -> None:
    browser()
    path, picture = tmp_path / "report.html", tmp_path / "pictures" / "report.png"
    path.write_text(page(swept))
    take(path, picture, size=(800, 600))
    head = picture.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (800, 600)
