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


class Stream:
    """The draws of one purpose and owner, eight at a time: `words` are those of block `number`."""

    __slots__ = ("_begun", "number", "words")

    def __init__(self, key: bytes, purpose: str, who: str) -> None:
        # What all blocks of a stream have in common is hashed once.
        self._begun = blake2b(f"{purpose}\0{who}\0".encode(), key=key)
        self.number = -1
        self.words: tuple[int, ...] = ()

    def turn(self, number: int) -> tuple[int, ...]:
        """Turn to a block, and give its words."""
        begun = self._begun.copy()
        begun.update(b"%d" % number)
        self.number = number
        self.words = words = _WORDS(begun.digest())
        return words


class Chance:
    """Draws for one seed."""

    __slots__ = ("_key", "_streams", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = (b"%d" % seed)[:64]
        self._streams: dict[str, dict[str, Stream]] = {}  # by purpose, by owner

    def stream(self, purpose: str, who: str) -> Stream:
        """The stream of a purpose and an owner: for whoever keeps it, and asks often."""
        owners = self._streams.setdefault(purpose, {})
        found = owners.get(who)
        if found is None:
            found = owners[who] = Stream(self._key, purpose, who)
        return found

    def word(self, purpose: str, who: str, ordinal: int) -> int:
        """The draw number `ordinal` (from 0) of the stream (purpose, who), uniform in [0, 2**64)."""
        try:
            stream = self._streams[purpose][who]
        except KeyError:
            stream = self.stream(purpose, who)
        number = ordinal >> 3
        words = stream.words if stream.number == number else stream.turn(number)
        return words[ordinal & 7]

    def between(self, low: int, high: int, purpose: str, who: str, ordinal: int) -> int:
        """An integer in [low, high], both included."""
        return low + (self.word(purpose, who, ordinal) * (high - low + 1) >> 64)
