"""Progress on standard error, for work that takes longer than a moment; nothing when nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[float], None]]:
    """Hands out a function that takes the part done (0 to 1). Ctrl-C cancels, as everywhere."""
    begin = time.monotonic()
    shown = False

    def show(part: float) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - begin > 0.5:
            shown = True
            filled = round(part * 30)
            sys.stderr.write(f"\r{what} [{'█' * filled}{'·' * (30 - filled)}] {part:4.0%}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
