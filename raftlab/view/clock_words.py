"""Clocks that were put right, in words: people have to know that the times shown aren't those of the log's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s"), (1_000, "ms"))


def clock_sentences(clocks: Mapping[str, int]) -> list[str]:
    """One sentence for each node whose clock was wrong; `clocks`: by how many microseconds it was ahead."""
    found = []
    for node, offset in clocks.items():
        way = "ahead of" if offset > 0 else "behind"
        found.append(f"{node}'s clock is {span(abs(offset))} {way} the others; its times are put right")
    return found


def clock_note(clocks: Mapping[str, int]) -> str:
    """The same in a few words, for a title; "" when all clocks agree."""
    told = (f"{node} {'+' if offset > 0 else '−'}{span(abs(offset))}" for node, offset in clocks.items())
    return f"clocks put right: {', '.join(told)}" if clocks else ""


def span(time_us: int) -> str:
    """A length of time in its two largest units: 1 h 2 min, 3.2 s, 40 ms."""
    for place, (size, unit) in enumerate(_UNITS):
        if time_us >= size:
            if unit in ("s", "ms"):
                return f"{time_us / size:.3g} {unit}"
            smaller, name = _UNITS[place + 1]
            rest = time_us % size // smaller
            return f"{time_us // size} {unit} {rest} {name}" if rest else f"{time_us // size} {unit}"
    return f"{time_us} µs"
