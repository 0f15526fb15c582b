"""The report page in a real browser: what one sees, clicks, types and takes away from it."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hwsim.errors import MissingToolError
from report_pages import WEIGHED, large, small
from small_study import POINTS, STUDY
from sweeps.render.page import page
from sweeps.render.screenshot import QUIET, find_browser
from sweeps.render.shown import Shown
from sweeps.table import cell

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
WAIT_S = 60

CONTRASTS = """
const channels = (text) => text.match(/[\\d.]+/g).map(Number);
const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const light = ([r, g, b]) => [r, g, b].map((c) => linear(c / 255))
  .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
const behind = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const found = channels(getComputedStyle(at).backgroundColor);
    if (found.length === 3 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = [];
while (texts.nextNode()) {
  const node = texts.currentNode.parentElement, style = getComputedStyle(node);
  if (!texts.currentNode.data.trim() || !node.getClientRects().length) continue;
  if (["SCRIPT", "OPTION"].includes(node.tagName) || node.closest(":disabled")) continue;
  const ink = node instanceof SVGElement ? style.fill : style.color;
  const [a, b] = [light(channels(ink)), light(behind(node))];
  seen.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), texts.currentNode.data.trim().slice(0, 40), ink]);
}
return seen.sort((a, b) => a[0] - b[0]);
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests, its downloads in ``browser.downloads``."""
    try:
        binary = find_browser()
    except MissingToolError as error:
        pytest.skip(str(error))
    driver = shutil.which("chromedriver")
    if driver is None:
        pytest.skip("no chromedriver was found; `apt-get install chromium-driver` brings one")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for option in (*QUIET, "--window-size=1400,1700"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    downloads = tmp_path_factory.mktemp("downloads")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    found.downloads = downloads
    yield found
    found.quit()


Show = Callable[..., None]


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Show]:
    """Open the page of studies; at the end nothing may have been logged or loaded from anywhere."""

    def opened(*studies: Shown) -> None:
        path = tmp_path / "report.html"
        path.write_text(page(*studies), "utf-8")
        browser.get(path.as_uri())
        wait(lambda: browser.execute_script("return document.documentElement.dataset.ready") == "yes")

    browser.get("about:blank")
    browser.get_log("performance")
    yield opened
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("file:", "blob:", "about:"))} == set()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return small(tmp_path_factory.mktemp("small"))


def wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < end, "the page did not come to it"
        time.sleep(0.05)


def find(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def texts(browser: Any, selector: str) -> list[str]:
    found: list[str] = browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)", selector
    )
    return found


def pinned(browser: Any) -> str:
    return texts(browser, "#design .name")[0]


def downloaded(browser: Any, button: str, suffix: str) -> bytes:
    for old in browser.downloads.iterdir():
        old.unlink()
    find(browser, button).click()
    wait(lambda: [path.suffix for path in browser.downloads.iterdir()] == [suffix])
    return bytes(next(browser.downloads.iterdir()).read_bytes())


def test_a_click_pins_and_the_table_and_the_address_follow(browser: Any, show: Show, study: Shown) -> None:
    show(study)
    rows = texts(browser, "#table tbody td.name")
    assert len(rows) == POINTS
    find(browser, "#table tbody tr:last-child").click()
    assert pinned(browser) == rows[-1]
    spot = browser.execute_script(
        "const c = document.querySelector('#plot .ring'); return [c.cx.baseVal.value, c.cy.baseVal.value]"
    )
    box = find(browser, "#plot").size
    browser.execute_script("pin(P.front.indexOf(1)); scrollTo(0, 0)")
    first = pinned(browser)
    assert first != rows[-1]
    click = webdriver.ActionChains(browser)
    click.move_to_element_with_offset(find(browser, "#plot"), spot[0] - box["width"] / 2, spot[1] - box["height"] / 2)
    click.click().perform()
    assert texts(browser, "#tip b")[0] == pinned(browser)
    asked = browser.execute_script("return location.hash.slice(1)")
    assert asked == browser.execute_script("return P.digest[state.pinned]")


def test_the_pinned_design_has_commands_layers_roofline_and_verdict(browser: Any, show: Show, study: Shown) -> None:
    show(study)
    reproduces, emits = texts(browser, "#design code")
    label = pinned(browser)
    assert reproduces.startswith("hwsim simulate --workload ")
    assert label in reproduces
    assert emits.startswith(f"hwsim rtl emit {label} --out ")
    assert len(texts(browser, "#layers g.layer")) == 2
    assert len(texts(browser, "#roofline .spot")) == 2
    assert [text for text in texts(browser, "#roofline .title")] == [
        "Achieved (OP/s)",
        "Operational intensity (OP per DRAM byte)",
    ]
    assert "RTL" in find(browser, "#design .note").text
    assert set(texts(browser, "#table td[title$='made up']")) == {"verified", "differs"}


def test_layers_under_the_roofline_are_their_operations_over_bytes_and_seconds(
    browser: Any, show: Show, study: Shown
) -> None:
    show(study)
    find(browser, "#roofline svg").send_keys(Keys.ARROW_RIGHT)
    found = dict(
        zip(texts(browser, "#roofline .tip td:first-child"), texts(browser, "#roofline .tip td + td"), strict=True)
    )
    at = browser.execute_script("return state.pinned")
    entry = study.entries[at]
    layer = study.report_of(entry.digest)["layers"][0]
    intensity = 2 * layer["macs"] / layer["dram_bytes"]
    speed = 2 * layer["macs"] / layer["total_cycles"] * entry.values["clock_ghz"]
    assert float(found["intensity"].split()[0]) == pytest.approx(intensity, abs=0.5 if intensity >= 10 else 0.005)
    assert found["achieved"].endswith("GOP/s")
    assert float(found["achieved"].split("\u2009")[0]) == pytest.approx(speed, rel=0.01)
    under = min(intensity * entry.values["dram_gb_per_s"], 2 * entry.values["pe_count"] * entry.values["clock_ghz"])
    assert speed <= under * (1 + 1e-9)


def test_everything_is_reached_by_keyboard(browser: Any, show: Show, study: Shown) -> None:
    show(study)
    reached = []
    for _ in range(40):
        webdriver.ActionChains(browser).send_keys(Keys.TAB).perform()
        focus = browser.switch_to.active_element
        reached.append(
            focus.get_attribute("id")
            or focus.find_element("xpath", "ancestor-or-self::section").get_attribute("id")
            or "plot"
        )
        if focus.tag_name == "tr":
            break
    assert {
        "axis-x",
        "axis-y",
        "plot",
        "design",
        "layers",
        "roofline",
        "front-only",
        "to-csv",
        "to-parquet",
        "table",
    } <= set(reached)
    before = pinned(browser)
    find(browser, "#plot svg").send_keys(Keys.ARROW_RIGHT, Keys.ENTER)
    after = pinned(browser)
    assert after != before
    find(browser, "#plot svg").send_keys(Keys.ARROW_LEFT)
    assert not find(browser, "#tip").get_attribute("hidden")
    find(browser, "#plot svg").send_keys(Keys.ESCAPE)
    assert find(browser, "#tip").get_attribute("hidden")
    find(browser, "#table tbody tr").send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert pinned(browser) == texts(browser, "#table tbody td.name")[1]


def test_axes_can_be_any_two_results(browser: Any, show: Show, study: Shown) -> None:
    show(study)
    find(browser, "#axis-x option[value=utilization]").click()
    assert texts(browser, "#plot .title")[0] == "Utilisation (%), more is better"
    find(browser, "#axis-y option[value=dram_bytes]").click()
    front = browser.execute_script("return planeFront(Chart.members())")
    values = [(entry.values["dram_bytes"], -entry.values["utilization"]) for entry in study.entries]
    best = {pair for pair in values if not any(o[0] <= pair[0] and o[1] <= pair[1] and o != pair for o in values)}
    assert {values[i] for i in front} == best


def test_the_table_sorts_and_filters(browser: Any, show: Show, study: Shown) -> None:
    show(study)
    find(browser, "th[data-name=pe_count] button").click()
    shown = browser.execute_script("return shownRows()")
    assert [study.entries[i].values["pe_count"] for i in shown] == sorted(e.values["pe_count"] for e in study.entries)
    find(browser, "#table input").send_keys("cube")
    assert len(texts(browser, "#table tbody tr")) == 6
    find(browser, "#front-only").click()
    assert all(mark == "●" for mark in texts(browser, "#table tbody td.name + td"))


def test_exports_hold_what_the_filter_shows(browser: Any, show: Show, study: Shown) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    show(study)
    find(browser, "#table input").send_keys("cube")
    text = downloaded(browser, "#to-csv", ".csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    shown = [study.entries[i] for i in browser.execute_script("return shownRows()")]
    assert len(rows) == len(shown) == 6
    for row, entry in zip(rows, shown, strict=True):
        for name, value in entry.values.items():
            assert row[name] == cell(value)
    table = parquet.read_table(io.BytesIO(downloaded(browser, "#to-parquet", ".parquet")))
    assert table.column_names == list(rows[0])
    assert [{name: cell(value) for name, value in row.items()} for row in table.to_pylist()] == rows
    assert str(table.schema.field("total_cycles").type) == "int64"
    assert str(table.schema.field("utilization").type) == "double"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(browser: Any, show: Show, study: Shown, scheme: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    show(study)
    found = browser.execute_script(CONTRASTS)
    assert len(found) > 100
    assert [entry for entry in found if entry[0] < 4.5] == []


def test_designs_over_several_networks_are_a_network_of_their_own(browser: Any, show: Show, tmp_path: Path) -> None:
    weighed = small(tmp_path / "weighed", WEIGHED)
    show(weighed)
    assert texts(browser, "#workload option") == ["2 networks, weighted", "gemms.toml", "more.toml"]
    assert weighed.designs is not None
    assert len(texts(browser, "#table tbody tr")) == len(weighed.designs.entries)
    assert texts(browser, "#design code")[0].count("hwsim simulate") == 2
    find(browser, "#workload option[value='1']").click()
    assert len(texts(browser, "#layers g.layer")) == 2


def test_two_studies_stand_beside_each_other(browser: Any, show: Show, study: Shown, tmp_path: Path) -> None:
    other = small(tmp_path / "other", STUDY.replace("[1.6, 25.6]", "12.8").replace('"small"', '"other"'))
    show(study, other)
    assert "small" in find(browser, "#comparison").text
    assert "other" in find(browser, "#comparison").text
    both = len(study.entries) + len(other.entries)
    assert len(texts(browser, "#table tbody tr")) == both
    switch = next(b for b in browser.find_elements("css selector", "#legend button") if b.text == "study other")
    switch.click()
    assert len(texts(browser, "#table tbody tr")) == len(study.entries)
    assert {caption.split(", ")[1] for caption in texts(browser, "#axes caption")} == {"small"}


@pytest.mark.parametrize("count", [1_000, 50_000])
def test_many_designs(browser: Any, show: Show, tmp_path: Path, count: int) -> None:
    many = large(tmp_path, count)
    show(many)
    assert (tmp_path / "report.html").stat().st_size < 250 * count + 1_000_000
    front = browser.execute_script("return planeFront(Chart.members())")
    values = [(entry.values["pe_count"], entry.values["total_cycles"]) for entry in many.table.front]
    pairs = [(many.entries[i].values["pe_count"], many.entries[i].values["total_cycles"]) for i in front]
    assert sorted(set(values)) == sorted(pairs)
    assert len(texts(browser, "#table tbody tr")) == 60
    find(browser, "#table input").send_keys("rows=25,")
    assert browser.execute_script("return shownRows().length") == count // 250
    spot = browser.execute_script(
        "const c = document.querySelector('#plot .ring'); return [c.cx.baseVal.value, c.cy.baseVal.value]"
    )
    box = find(browser, "#plot").size
    webdriver.ActionChains(browser).move_to_element_with_offset(
        find(browser, "#plot"), spot[0] - box["width"] / 2, spot[1] - box["height"] / 2
    ).click().perform()
    assert not find(browser, "#tip").get_attribute("hidden")
    assert "there is no roofline" in find(browser, "#roofline p.note").text
