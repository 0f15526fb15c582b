"""A picture of digit statistics: per encoding, how many digits are non-zero, and which; one self-contained SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from hwsim.encodings import DigitStatistics

_LEFT, _TOP, _PANEL, _ROW, _GAP, _BAR_HEIGHT = 130, 66, 300, 112, 40, 66
_INK, _SOFT, _FIRST, _SECOND = "#1a1c20", "#6b7280", "#2f6f9f", "#c2703d"


def digit_plot(found: Sequence[DigitStatistics]) -> str:
    """The statistics of several encodings over one distribution; the same input gives the same text."""
    width, height = _LEFT + 2 * _PANEL + _GAP + 20, _TOP + _ROW * len(found) + 6
    heads = [
        _text(20, 24, f"Digits of {found[0].distribution.source}, {found[0].distribution.format}", _INK, 15, "600"),
        _text(_LEFT, 50, "share of operands by number of non-zero digits", _SOFT),
        _text(_LEFT + _PANEL + _GAP, 50, "chance that a digit is non-zero, most significant left", _SOFT),
    ]
    rows = [line for i, s in enumerate(found) for line in _row(s, _TOP + _ROW * i)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'font-family="Inter, Helvetica, Arial, sans-serif" font-size="11" role="img">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *heads,
            *rows,
            "</svg>\n",
        ]
    )


def _row(s: DigitStatistics, top: int) -> list[str]:
    by_position = s.nonzero_by_position[::-1].tolist()
    places = [str(i) for i in reversed(range(s.digits))]
    return [
        _text(20, top + 30, s.encoding.name, _INK, 13, "600"),
        _text(20, top + 48, f"mean {s.mean:.3f}", _SOFT),
        _text(20, top + 63, f"sd {s.sd:.3f}", _SOFT),
        *_bars(s.nonzero_pmf.tolist(), [str(i) for i in range(s.digits + 1)], _LEFT, top, _FIRST),
        *_bars(by_position, places, _LEFT + _PANEL + _GAP, top, _SECOND),
    ]


def _bars(shares: Sequence[float], labels: Sequence[str], left: int, top: int, colour: str) -> list[str]:
    """Bars on a scale from 0 to 1, each with its value above and its label below."""
    step, base = _PANEL / len(shares), top + 14 + _BAR_HEIGHT
    lines = [f'<path d="M{left} {base + 0.5}h{_PANEL}" stroke="#d6d9de"/>']
    for i, (share, label) in enumerate(zip(shares, labels, strict=True)):
        x, high, middle = left + i * step + step * 0.15, share * _BAR_HEIGHT, left + (i + 0.5) * step
        lines += [
            f'<rect x="{x:.1f}" y="{base - high:.1f}" width="{step * 0.7:.1f}" height="{high:.1f}" fill="{colour}"/>',
            _text(middle, base - high - 4, f"{share:.2f}".removeprefix("0"), _INK, anchor="middle"),
            _text(middle, base + 14, label, _SOFT, anchor="middle"),
        ]
    return lines


def _text(
    x: float, y: float, text: str, colour: str, size: int = 11, weight: str = "400", anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
