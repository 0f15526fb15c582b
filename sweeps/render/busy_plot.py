"""A picture of busy columns: per layer the mean share as a bar, and a mark from the least to the most busy column."""

from __future__ import annotations

from html import escape

from hwsim.layer_busy import LayerBusy, NetworkBusy

_LEFT, _TOP, _HEIGHT, _STEP, _BAR, _BELOW = 52, 90, 200, 74, 36, 118
_LEAST_WIDTH = 640
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_STYLE = """<style>
.paper { fill: #ffffff } .ink { fill: #1a1c20 } .soft { fill: #6b7280 } .bar { fill: #2f6f9f }
.grid { stroke: #d6d9de } .range { stroke: #c2703d; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
.paper { fill: #14161a } .ink { fill: #e8eaed } .soft { fill: #9aa1ac } .bar { fill: #4f8fc0 }
.grid { stroke: #32363d } .range { stroke: #e39a68 }
}
</style>"""


def busy_plot(found: NetworkBusy) -> str:
    """The shares of all layers as one self-contained SVG; the same input gives the same text."""
    width = max(_LEFT + _STEP * len(found.layers) + 20, _LEAST_WIDTH)
    height = _TOP + _HEIGHT + _BELOW
    said = "bar: mean column; mark: from the least busy column to the busiest; what is missing to 100 % is waiting"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'font-family="Inter, Helvetica, Arial, sans-serif" font-size="11" role="img">',
            _STYLE,
            f'<rect class="paper" width="{width}" height="{height}"/>',
            _text(20, 24, f"Busy columns: {found.workload}", "ink", 'font-size="15" font-weight="600"'),
            _text(20, 42, f"{found.engine}, {_data(found)}", "soft"),
            _text(20, 58, said, "soft"),
            *_scale(width - 20),
            *(line for i, layer in enumerate(found.layers) for line in _layer(layer, _LEFT + _STEP * (i + 0.5))),
            "</svg>\n",
        ]
    )


def _scale(right: int) -> list[str]:
    lines = []
    for share in _TICKS:
        lines.append(f'<path class="grid" d="M{_LEFT} {_y(share):.1f}H{right}"/>')
        lines.append(_text(_LEFT - 8, _y(share) + 4, f"{100 * share:.0f} %", "soft", 'text-anchor="end"'))
    return lines


def _layer(layer: LayerBusy, middle: float) -> list[str]:
    columns = layer.columns
    low, mean, high = _y(columns.minimum), _y(columns.average), _y(columns.maximum)
    ends = "".join(f"M{middle - 7:.1f} {y:.1f}h14" for y in (low, high))
    base, name = _TOP + _HEIGHT, layer.name if len(layer.name) <= 18 else f"{layer.name[:17]}…"
    below = f'text-anchor="end" transform="rotate(-40 {middle:.1f} {base + 32:.1f})"'
    return [
        f"<g><title>{escape(_said(layer))}</title>",
        f'<rect class="bar" x="{middle - _BAR / 2:.1f}" y="{mean:.1f}" width="{_BAR}" height="{base - mean:.1f}"/>',
        f'<path class="range" d="M{middle:.1f} {low:.1f}V{high:.1f}{ends}"/>',
        _text(middle, high - 6, f"{100 * columns.average:.0f} %", "ink", 'text-anchor="middle"'),
        _text(middle, base + 16, f"k = {layer.k}", "soft", 'text-anchor="middle"'),
        _text(middle, base + 32, name, "ink", below),
        "</g>",
    ]


def _data(found: NetworkBusy) -> str:
    synthetic = sum(layer.synthetic for layer in found.layers)
    return {0: "given operands", len(found.layers): "synthetic operands"}.get(synthetic, "operands in part synthetic")


def _said(layer: LayerBusy) -> str:
    """What a reader sees who points at a bar."""
    columns = layer.columns
    shares = ", ".join(
        f"{word} {100 * share:.1f} %"
        for word, share in (("min", columns.minimum), ("average", columns.average), ("max", columns.maximum))
    )
    batch = f" × {layer.batch}" if layer.batch > 1 else ""
    return f"{layer.name}, {layer.m} × {layer.n} × {layer.k}{batch}: {shares}"


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)


def _text(x: float, y: float, text: str, kind: str, more: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'.replace(" >", ">")
