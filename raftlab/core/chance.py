"""Chance, keyed: the same seed, purpose, owner and ordinal give the same draw, on every machine.

There is no generator to carry along. A draw's key is (seed, purpose, who, ordinal), and the ordinal always
stands in the cluster's state already (how many timeouts a node has drawn, how many messages a link has
carried), so any position of a trace can be forked and one more message disturbs nothing but its own link.

Draws come from BLAKE2b in blocks of eight 64-bit words: one digest serves eight consecutive ordinals of a
stream. Nothing here may know a clock, `random`, or the hash of a string (which differs between processes).
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

_WORDS = Struct("<8Q").unpack
WORD = 1 << 64
"""One more than the largest draw."""


class Chance:
    """Draws for one seed, with the newest block of each stream remembered."""

    __slots__ = ("_blocks", "_key", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = b"%d" % seed
        self._blocks: dict[str, dict[str, tuple[int, tuple[int, ...]]]] = {}  # by purpose, by owner

    def block(self, purpose: str, who: str, number: int) -> tuple[int, ...]:
        """The draws 8 * number .. 8 * number + 7 of a stream: for whoever keeps them, and asks often."""
        return _WORDS(blake2b(f"{purpose}\0{who}\0{number}".encode(), key=self._key[:64]).digest())

    def word(self, purpose: str, who: str, ordinal: int) -> int:
        """The draw number `ordinal` (from 0) of the stream (purpose, who), uniform in [0, 2**64)."""
        number = ordinal >> 3
        owners = self._blocks.get(purpose)
        if owners is None:
            owners = self._blocks[purpose] = {}
        block = owners.get(who)
        if block is None or block[0] != number:
            block = owners[who] = (number, self.block(purpose, who, number))
        return block[1][ordinal & 7]

    def between(self, low: int, high: int, purpose: str, who: str, ordinal: int) -> int:
        """An integer in [low, high], both included."""
        return low + (self.word(purpose, who, ordinal) * (high - low + 1) >> 64)
