"""The memory map: one self-contained HTML page that shows where each tensor lies, when, and what crosses the bus."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from hwsim.residency import MemoryGraph, MemoryPlan, MemoryPlans
from hwsim.residency.ending import Ending, endings
from hwsim.residency.plan import TransferKind

ENDINGS = tuple(Ending)
KINDS = tuple(TransferKind)

BODY = """<main>
<header>
<div class="eyebrow"><b>hwsim</b> &nbsp;·&nbsp; memory map of <b>{workload}</b></div>
<h1>{title}</h1>
<p class="answer" id="answer"></p>
</header>
<dl class="tiles" id="tiles"></dl>
<section class="card memory" aria-label="memory map">
<header><h2>Scratchpad, step by step</h2><span class="push"></span>
<label class="menu">plan<select id="scheme"></select></label></header>
<div class="keys" id="keys"></div>
<div class="plot" id="map"><svg tabindex="0" role="img" aria-label="A rectangle for each stay of a tensor: steps from
 left to right, addresses upward. Left and right arrows walk through the stays, up and down through those of one step,
 Home and End go to the first and the last, Escape lets go. The table below holds the same numbers."></svg>
<div class="tip" role="status" hidden></div></div>
<header><h2>Bytes over the bus</h2><span class="note">per step</span><span class="push"></span>
<span class="keys" id="kinds"></span></header>
<div class="plot" id="bus"><svg tabindex="0" role="img" aria-label="Bytes that each step moves, by kind. Left and right
 arrows walk through the steps."></svg><div class="tip" role="status" hidden></div></div>
</section>
<section class="card table" aria-label="all plans"><header><h2>All plans</h2></header>
<div class="scroll"><table id="plans"><thead></thead><tbody></tbody></table></div><footer></footer></section>
<section class="card table" aria-label="stays of the plan shown"><header><h2>Stays</h2>
<span class="note" id="count"></span><span class="push"></span>
<input type="search" id="filter" placeholder="filter, e.g. conv1 spilled" aria-label="filter stays"></header>
<div class="scroll tall"><table id="stays"><thead></thead><tbody></tbody></table></div><footer></footer></section>
<div class="ends">{ends}</div>
</main>"""


def memory_page(plans: MemoryPlans, graph: MemoryGraph) -> str:
    """The whole page as text; equal plans give equal bytes. It loads nothing from anywhere."""
    data = json.dumps(_payload(plans, graph), separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    assets = files("sweeps.render")
    style, own, script = (
        assets.joinpath(name).read_text("utf-8") for name in ("page.css", "memory_page.css", "memory_page.js")
    )
    title = html.escape(f"Memory map of {plans.workload}")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>\n{style}{own}</style>\n</head>\n<body>\n{_body(plans)}\n"
        f'<script type="application/json" id="data">{data}</script>\n<script>\n{script}</script>\n</body>\n</html>\n'
    )


def _body(plans: MemoryPlans) -> str:
    lines = "".join(f"<li>{html.escape(line[:1].upper() + line[1:])}</li>" for line in plans.assumptions)
    ends = f"<details open><summary>What is counted</summary><ul>{lines}</ul></details>"
    if plans.failures:
        failed = "".join(f"<li>{html.escape(f'{name}: {why}')}</li>" for name, why in plans.failures.items())
        ends += f"<details open><summary>Without a plan</summary><ul>{failed}</ul></details>"
    moved = plans.answer.objective_bytes
    title = f"{moved:,} bytes spilled and retrieved" if moved else "Nothing is spilled"
    return BODY.format(
        workload=html.escape(plans.workload),
        title=html.escape(f"{title} in a scratchpad of {plans.budget_bytes:,} bytes"),
        ends=ends,
    )


def _payload(plans: MemoryPlans, graph: MemoryGraph) -> dict[str, Any]:
    steps = {step.name: at for at, step in enumerate(graph.steps)}
    tensors = {name: at for at, name in enumerate(graph.buffers)}
    return {
        "workload": plans.workload,
        "budget": plans.budget_bytes,
        "least": plans.least_budget_bytes,
        "peak": plans.peak_budget_bytes,
        "proven": plans.peak_is_proven,
        "compulsory": plans.compulsory_bytes,
        "steps": list(steps),
        "tensors": list(tensors),
        "endings": [ending.value for ending in ENDINGS],
        "kinds": [kind.value for kind in KINDS],
        "plans": [_plan(plan, steps, tensors) for plan in plans.plans.values()],
    }


def _plan(plan: MemoryPlan, steps: Mapping[str, int], tensors: Mapping[str, int]) -> dict[str, Any]:
    """Stays as [tensor, offset, size, start, end, ending], transfers as [tensor, step, kind, bytes]."""
    return {
        "scheme": plan.scheme,
        "status": plan.status.value,
        "objective": plan.objective_bytes,
        "bound": plan.bound_bytes,
        "height": plan.height_bytes,
        "order": [steps[name] for name in plan.order],
        "stays": [
            [tensors[stay.tensor], stay.offset, stay.size, stay.start, stay.end, ENDINGS.index(ending)]
            for stay, ending in zip(plan.stays, endings(plan), strict=True)
        ],
        "moves": [[tensors[x.tensor], x.step, KINDS.index(x.kind), x.bytes] for x in plan.transfers],
    }
