"""What this machine's Python can do at most: a heap's loop, one record made and kept."""

from __future__ import annotations

from heapq import heappop, heappush

from raftlab.cli.bench.figure import Figure, best_rate
from raftlab.core.events import TermAdvanced

_COUNT = 300_000


def measure() -> list[Figure]:
    """limit.heapq_per_s, limit.record_per_s."""
    return [
        ("limit.heapq_per_s", best_rate(_heap), "1/s", {"pushes and pops": _COUNT, "heap": 64}),
        ("limit.record_per_s", best_rate(_records), "1/s", {"events made and kept": _COUNT}),
    ]


def _heap() -> int:
    heap: list[tuple[int, int, int, object]] = [(number, number, 0, None) for number in range(64)]
    for number in range(64, 64 + _COUNT):
        due, _, _, _ = heappop(heap)
        heappush(heap, (due + 50, number, 0, None))
    return _COUNT


def _records() -> int:
    kept: list[TermAdvanced] = []
    keep = kept.append
    for number in range(_COUNT):
        keep(TermAdvanced(number, "n1", number, "adopt_term", 7))
    return _COUNT
