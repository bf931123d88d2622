"""The shapes, patterns and styles that an SVG space-time diagram is made of: drawn, since fonts differ and few have
crowns."""

from __future__ import annotations

from typing import Final

from raftlab.view.palette import LIGHT

STYLE: Final = f"""
text {{ font-family: "DejaVu Sans", Verdana, Arial, sans-serif; font-size: 12px; fill: {LIGHT.ink}}}
.title {{ font-size: 19px; font-weight: bold}} .name {{ font-size: 15px; font-weight: bold; text-anchor: middle}}
.muted {{ fill: {LIGHT.muted}}} .bad {{ fill: {LIGHT.bad_text}}} .turn {{ font-weight: bold}}
.stamp {{ text-anchor: end}}
.stamp, .label {{ font-size: 11px}} .label {{ text-anchor: middle}}
.halo {{ paint-order: stroke; stroke: {LIGHT.ground}; stroke-width: 4px; stroke-linejoin: round}}
.chip {{ font-size: 10px; font-weight: bold; text-anchor: middle}}
.mark {{ stroke: {LIGHT.ground}; stroke-width: 1.2}}
.cross {{ stroke: {LIGHT.bad}; stroke-width: 2.2; fill: none}}
"""

LEGEND: Final = (
    ("♛", "becomes leader"), ("◆", "stands for election"), ("✕", "crashes"), ("↑", "restarts"), ("✓", "commits"),
    ("●", "anything else"),
)  # fmt: skip

PATTERN: Final = (
    '<pattern id="standing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="3" height="6" fill="{LIGHT.ground}" fill-opacity="0.75"/></pattern>'
)

_PATHS: Final = {
    "♛": "M-9 6 L-9 -5 L-4.5 0 L0 -8 L4.5 0 L9 -5 L9 6 Z", "◆": "M0 -8 L8 0 L0 8 L-8 0 Z",
    "◇": "M0 -8 L8 0 L0 8 L-8 0 Z", "↑": "M0 -8 L7 6 L-7 6 Z", "▸": "M-5 -7 L7 0 L-5 7 Z",
    "‖": "M-5 -6 H-1 V6 H-5 Z M1 -6 H5 V6 H1 Z",
}  # fmt: skip


def shape(sign: str, x: float, y: float) -> str:
    """A mark at a place, in pixels. `sign` is one of `view.space_time.moment_sign`."""
    place = f'transform="translate({x:.1f} {y:.1f})"'
    if sign == "✕":
        return f'<path class="cross" {place} d="M-7 -7 L7 7 M7 -7 L-7 7"/>'
    if sign == "✓":
        return (
            f'<g {place}><circle class="mark" r="7" fill="{LIGHT.ink}"/>'
            f'<path d="M-3.5 0 L-1 3 L3.5 -3" fill="none" stroke="{LIGHT.ground}" stroke-width="1.8"/></g>'
        )
    if sign in _PATHS:
        fill = LIGHT.gold if sign == "♛" else LIGHT.ground if sign == "◇" else LIGHT.ink
        edge = f' style="stroke:{LIGHT.ink}"' if sign in "♛◇" else ""
        return f'<path class="mark" {place} d="{_PATHS[sign]}" fill="{fill}"{edge}/>'
    return f'<circle class="mark" {place} r="{3.5 if sign == "•" else 5.5}" fill="{LIGHT.ink}"/>'
