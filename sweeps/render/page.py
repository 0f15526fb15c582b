"""The report: one self-contained HTML page that answers the study's question, from a skeleton, a style and scripts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files

from sweeps.canonical import code_version
from sweeps.render.answer import answer
from sweeps.render.labels import Labels
from sweeps.render.numbers import short
from sweeps.render.payload import ReportOf, payload, shared_assumptions
from sweeps.table import Entry, Table

SCRIPTS = ("page_base.js", "page_chart.js", "page_detail.js", "page_table.js", "page.js")

MENU = (
    '<label class="menu">{axis}<select id="axis-{axis}" aria-label="{axis} axis"></select></label>'
    '<button class="plain" type="button" id="axis-{axis}-log" aria-pressed="false" title="logarithmic {axis} axis">log'
    "</button>"
)

BODY = """<main>
<header>
<div class="eyebrow"><b>hwsim</b> &nbsp;·&nbsp; study <b>{name}</b></div>
<h1>{question}</h1>
<p class="answer">{answer}</p>
</header>
<dl class="tiles">{tiles}</dl>
<div class="pair">
<section class="card chart" aria-label="designs by two results">
<header><h2>Designs and their front</h2><span class="push"></span>
<label class="menu">network<select id="workload"></select></label>{menus}</header>
<div class="legend" id="legend" role="group" aria-label="arrays shown"></div>
<div class="plot" id="plot"><canvas aria-hidden="true"></canvas>
<svg tabindex="0" role="img" aria-label="Scatter of all designs. Left and right arrows walk along the front, Enter pins
 a design, Escape lets go. The table below holds the same numbers."></svg>
<div class="tip" id="tip" role="status" hidden></div></div>
</section>
<section class="card design" id="design" aria-label="pinned design" aria-live="polite"></section>
</div>
<section class="card layers" id="layers" aria-label="layers of the pinned design">
<header><h2></h2><span class="note"></span><span class="push"></span><span class="keys"></span></header>
<div class="plot"><svg tabindex="0" role="img" aria-label="Cycles of each layer by cause. Left and right arrows walk
 through the layers."></svg><div class="tip" role="status" hidden></div></div>
</section>
<section class="card table" id="table" aria-label="all designs">
<header><h2>All designs</h2><span class="push"></span>
<button class="plain" type="button" id="front-only" aria-pressed="false">front only</button>
<input type="search" placeholder="filter, e.g. cube front" aria-label="filter designs"></header>
<div class="scroll"><table><thead></thead><tbody></tbody></table></div>
<footer><span class="note"></span><button class="plain" type="button" hidden>show more</button></footer>
</section>
<div class="ends">{ends}</div>
</main>"""


def page(table: Table, report_of: ReportOf) -> str:
    """The whole page as text; equal tables give equal bytes. It loads nothing from anywhere."""
    data = json.dumps(payload(table, report_of), separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    assets = files("sweeps.render")
    scripts = "\n".join(assets.joinpath(name).read_text("utf-8") for name in SCRIPTS)
    title = html.escape(f"{table.study.name}: {table.study.question}")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{assets.joinpath('page.css').read_text('utf-8')}</style>\n</head>\n"
        f"<body>\n{_body(table, report_of)}\n"
        f'<script type="application/json" id="data">{data}</script>\n<script>\n{scripts}</script>\n</body>\n</html>\n'
    )


def _body(table: Table, report_of: ReportOf) -> str:
    return BODY.format(
        name=html.escape(table.study.name),
        question=html.escape(table.study.question),
        answer=_code(" ".join(answer(table))),
        tiles="".join(_tiles(table)),
        menus="".join(MENU.format(axis=axis) for axis in "yx"),
        ends="".join(_ends(table, report_of)),
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
        if ran:
            entry = best(ran, key=lambda e: e.values[name])
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


def _ends(table: Table, report_of: ReportOf) -> list[str]:
    """What stands below: assumptions, failures, the study itself."""
    done = [report_of(entry.digest) for entry in table.entries if entry.ran and entry.error is None]
    labels = Labels(table.entries)
    assumed = shared_assumptions(done)
    parts = [_list("What all designs assume", assumed)] if assumed else []
    if table.failed:
        parts.append(
            _list(
                f"{len(table.failed)} points failed",
                [f"{labels.place(entry)}: {entry.error}" for entry in table.failed[:20]],
            )
        )
    if table.missing:
        parts.append(_list("Not finished", [f"{table.missing} points have not run; the same command continues."]))
    text = html.escape(table.study.text.strip())
    parts.append(
        f"<details><summary>The study, as it was run by hwsim {code_version()}</summary><pre>{text}</pre></details>"
    )
    return parts


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{html.escape(line[:1].upper() + line[1:])}</li>" for line in lines)
    return f"<details open><summary>{html.escape(title)}</summary><ul>{items}</ul></details>"
