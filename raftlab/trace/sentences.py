"""The sentences of a timeline's events, for searches: made block by block when a text is first looked for, then kept.

Kept packed, in lower case, they take some 6 bytes an event, and a second search costs a tenth of the first. Which words
an event has is handed in (`describe`): this floor knows none.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from raftlab.trace.codec import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.core.events import Event

_MOST_BYTES: Final = 64 << 20
"""So much is kept; the sentences of further blocks are made anew for every search."""


class Sentences:
    """What the events of one timeline say.

    Args:
        describe: turns an event into its sentence.
    """

    def __init__(self, describe: Callable[[Event], str]) -> None:
        self._describe = describe
        self._packed: dict[int, bytes] = {}
        self._bytes = 0

    def places(self, needle: str, number: int, events: Sequence[Event]) -> list[int]:
        """Which events of a block (number and events) have a sentence with this text, counted from its first.

        Args:
            needle: in lower case.
        """
        packed = self._packed.get(number)
        text = self._make(number, events) if packed is None else zlib.decompress(packed).decode("utf-8", _SURROGATES)
        if needle not in text:
            return []
        lines = text.split("\n")
        if len(lines) != len(events):
            # Some sentence goes over several lines (a foreign entry's text may): they can't be told apart any more.
            lines = [self._describe(event).lower() for event in events]
        return [place for place, line in enumerate(lines) if needle in line]

    def _make(self, number: int, events: Sequence[Event]) -> str:
        whole = len(events) == BLOCK  # asked before it is read: somebody may be appending to it
        text = "\n".join(map(self._describe, events)).lower()
        if whole and self._bytes < _MOST_BYTES:
            packed = zlib.compress(text.encode("utf-8", _SURROGATES), 1)
            self._packed[number] = packed
            self._bytes += len(packed)
        return text


_SURROGATES: Final = "surrogatepass"
"""Text from a foreign file may hold half characters; they are kept as they are."""
