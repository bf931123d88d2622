"""What a measurement gives, and how it is taken."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Figure = tuple[str, float, str, dict[str, Any]]
"""Name, value, unit, and the parameters that make it repeatable."""


@contextmanager
def quiet_gc() -> Iterator[None]:
    """The collector as our commands set it for long work: rarely, and not over what stands already."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def best_rate(work: Callable[[], int], repeats: int = 3) -> float:
    """How many a second, the best of some tries: the machine's other work only ever slows us down."""
    best = 0.0
    for _ in range(repeats):
        with quiet_gc():
            begin = time.perf_counter()
            count = work()
            best = max(best, count / (time.perf_counter() - begin))
    return best
