"""The report: one self-contained HTML page that answers the study's question, from a skeleton, a style and scripts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from sweeps.canonical import code_version
from sweeps.render.answer import answer
from sweeps.render.compare import comparison
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.render.payload import Pages, payload
from sweeps.render.shown import Shown
from sweeps.sensitivity import MEANING
from sweeps.table import Entry, Table

SCRIPTS = (
    "page_base.js",
    "page_chart.js",
    "page_detail.js",
    "page_layers.js",
    "page_roofline.js",
    "page_axes.js",
    "page_table.js",
    "page_parquet.js",
    "page_export.js",
    "page.js",
)

MENU = (
    '<label class="menu">{axis}<select id="axis-{axis}" aria-label="{axis} axis"></select></label>'
    '<button class="plain" type="button" id="axis-{axis}-log" aria-pressed="false" title="logarithmic {axis} axis">log'
    "</button>"
)

BODY = """<main>
<header>
<div class="eyebrow"><b>hwsim</b> &nbsp;·&nbsp; {names}</div>
<h1>{question}</h1>
<p class="answer">{answer}</p>{beside}
</header>
<dl class="tiles">{tiles}</dl>
<div class="pair">
<section class="card chart" aria-label="designs by two results">
<header><h2>Designs and their front</h2><span class="push"></span>
{menus}</header>
<div class="keyrow"><div class="legend" id="legend" role="group" aria-label="arrays and studies shown"></div>
<label class="menu">network<select id="workload"></select></label></div>
<div class="plot" id="plot"><canvas aria-hidden="true"></canvas>
<svg tabindex="0" role="img" aria-label="Scatter of all designs. Left and right arrows walk along the front, Enter pins
 a design, Escape lets go. The table below holds the same numbers."></svg>
<div class="tip" id="tip" role="status" hidden></div></div>
</section>
<section class="card design" id="design" aria-label="pinned design" aria-live="polite"></section>
</div>
<div class="pair" id="inside">
<section class="card layers" id="layers" aria-label="layers of the pinned design">
<header><h2></h2><span class="note"></span><span class="push"></span><span class="keys"></span></header>
<div class="plot"><svg tabindex="0" role="img" aria-label="Cycles of each layer by cause. Left and right arrows walk
 through the layers."></svg><div class="tip" role="status" hidden></div></div>
</section>
<section class="card layers" id="roofline" aria-label="roofline of the pinned design">
<header><h2>Its layers under the roofline</h2></header>
<div class="plot"><svg tabindex="0" role="img" aria-label="Operations per second of each layer against its operations
 per byte of DRAM traffic. Left and right arrows walk through the layers."></svg><div class="tip" role="status"
 hidden></div></div><p class="note"></p>
</section>
</div>
<section class="card axes" id="axes" aria-label="sensitivity of each axis">
<header><h2>What each axis changes</h2></header><div class="bars"></div>
<p class="note">{meaning}</p>
</section>
<section class="card table" id="table" aria-label="all designs">
<header><h2>All designs</h2><span class="push"></span>
<button class="plain" type="button" id="front-only" aria-pressed="false">front only</button>
<input type="search" placeholder="filter, e.g. cube front" aria-label="filter designs">
<button class="plain" type="button" id="to-csv" title="the rows that the filter shows, every column">CSV</button>
<button class="plain" type="button" id="to-parquet" title="the same rows with types">Parquet</button></header>
<div class="scroll"><table><thead></thead><tbody></tbody></table></div>
<footer><span class="note"></span><span class="push"></span><button class="plain" type="button" id="before">previous
</button><button class="plain" type="button" id="after">next</button></footer>
</section>
<div class="ends">{ends}</div>
</main>"""


def page(*studies: Shown) -> str:
    """The page of one study, or of two beside each other, as text; equal tables give equal bytes.

    It loads nothing from anywhere.
    """
    pages = Pages(studies)
    data = json.dumps(payload(pages), separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    assets = files("sweeps.render")
    scripts = "\n".join(assets.joinpath(name).read_text("utf-8") for name in SCRIPTS)
    first = studies[0].table.study
    title = html.escape(f"{' and '.join(s.table.study.name for s in studies)}: {first.question}")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{assets.joinpath('page.css').read_text('utf-8')}</style>\n</head>\n"
        f"<body>\n{_body(pages)}\n"
        f'<script type="application/json" id="data">{data}</script>\n<script>\n{scripts}</script>\n</body>\n</html>\n'
    )


def _body(pages: Pages) -> str:
    first = pages.studies[0]
    names = [f"study <b>{html.escape(shown.table.study.name)}</b>" for shown in pages.studies]
    return BODY.format(
        names=" beside ".join(names),
        question=html.escape(first.table.study.question),
        answer=_code(" ".join(answer(first.ranked)).strip()),
        beside="".join(_beside(first, other) for other in pages.studies[1:]),
        tiles="".join(_tiles(first.ranked)),
        menus="".join(MENU.format(axis=axis) for axis in "yx"),
        meaning=f"{MEANING[:1].upper()}{MEANING[1:]}; 1 where the axis changes nothing.",
        ends="".join(_ends(pages)),
    )


def _beside(first: Shown, other: Shown) -> str:
    """The second study: its question, its answer, and how both compare."""
    study = other.table.study
    said = f"{html.escape(study.question)} {_code(' '.join(answer(other.ranked)).strip())}"
    return (
        f'<p class="answer beside"><b>Beside it, {html.escape(study.name)}.</b> {said}</p>'
        f'<p class="answer beside" id="comparison">{_code(comparison(first.ranked, other.ranked))}</p>'
    )


def _code(text: str) -> str:
    """Backticks as code, everything else escaped."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _tiles(table: Table) -> list[str]:
    ran = [entry for entry in table.entries if entry.allowed]
    tiles = [_tile("Designs", f"{len(ran):,}", f"{len(table.front)} on the front")]
    for name, label, best in (
        ("total_cycles", "Fewest cycles", min),
        ("utilization", "Highest utilisation", max),
        ("dram_bytes", "Least DRAM traffic", min),
    ):
        known = [entry for entry in ran if entry.values.get(name) is not None]
        if known:
            entry = best(known, key=lambda e: e.values[name])
            tiles.append(_tile(label, short(name, entry.values[name]), _who(entry)))
    return [*tiles, *_cost_tiles(ran)]


def _cost_tiles(ran: list[Entry]) -> list[str]:
    """The least energy and area, of designs that have a technology."""
    tiles = []
    for name, label in (("energy_pj", "Least energy"), ("area_um2", "Smallest engine")):
        known = [entry for entry in ran if entry.values[name] is not None]
        if known:
            entry = min(known, key=lambda e: e.values[name])
            tiles.append(_tile(label, short(name, entry.values[name]), _who(entry)))
    return tiles or [_tile("Energy, area", "–", "need a technology")]


def _who(entry: Entry) -> str:
    return f"{entry.fields['array']}, {short('pe_count', entry.values['pe_count'])} PEs"


def _tile(label: str, value: str, of: str) -> str:
    number, _, unit = value.partition(" ")
    small = f" <small>{html.escape(unit)}</small>" if unit else ""
    return (
        f'<div class="tile"><dt>{html.escape(label)}</dt><dd>{html.escape(number)}{small}</dd>'
        f'<div class="of">{html.escape(of)}</div></div>'
    )


def _ends(pages: Pages) -> Iterator[str]:
    """What stands below: assumptions, failures, the studies themselves."""
    assumed = pages.shared_assumptions
    if assumed:
        everyone = len(pages.reports) == len(pages.points)
        who = "all designs" if everyone else f"the {len(pages.reports):,} designs with layers on this page"
        yield _list(f"What {who} assume", assumed)
    for shown in pages.studies:
        yield from _ends_of(shown.table, f" of {shown.table.study.name}" if len(pages.studies) > 1 else "")


def _ends_of(table: Table, of: str) -> Iterator[str]:
    if table.failed:
        labels = Labels(table.entries)
        lines = [f"{labels.place(entry)}: {entry.error}" for entry in table.failed[:20]]
        yield _list(f"{len(table.failed)} points failed{of}", lines)
    if table.missing:
        yield _list(f"Not finished{of}", [f"{table.missing} points have not run; the same command continues."])
    study = f"The study {table.study.name}" if of else "The study"
    text = html.escape(table.study.text.strip())
    yield (
        f"<details><summary>{html.escape(study)}, as it was run by hwsim {code_version()}</summary>"
        f"<pre>{text}</pre></details>"
    )


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{html.escape(line[:1].upper() + line[1:])}</li>" for line in lines)
    return f"<details open><summary>{html.escape(title)}</summary><ul>{items}</ul></details>"
