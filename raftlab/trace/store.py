"""Where a timeline's events are kept: in memory, or in a file that is read piece by piece.

Both hand out blocks of 512 events. A file is indexed by the offset of every block; its events are read and decoded when
somebody looks at them, and the last few blocks are kept. A trace that was cut short (a crash, a full disk) opens up to
its last whole line, and says so; one that is still being written can be looked at again.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from raftlab.core.errors import TraceError
from raftlab.trace.codec import BLOCK, decode_block, decode_event, decode_header, decode_origin
from raftlab.trace.trace_file import TraceFile

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.origin import Origin
    from raftlab.trace.codec import TraceHeader

_KEPT_BLOCKS = 64
_CHUNK = 1 << 18
_MOST_AHEAD = 1 << 26
_FEW = 1 << 12


class Store(Protocol):
    """A row of events, in blocks; it may be growing."""

    def __len__(self) -> int:
        """How many events there are so far."""

    def block(self, number: int) -> list[Event]:
        """The events number * 512 and following (fewer in the last block). Not to be changed."""

    def origin(self, position: int) -> Origin | None:
        """Where an event came from."""


class MemoryStore:
    """Events in a list: a running simulation's, an import's."""

    def __init__(self) -> None:
        self.tail: list[Event] = []
        """The block that is growing; whoever appends to it calls `grow` when it is whole."""
        self._blocks: list[list[Event]] = [self.tail]
        self._origins: dict[int, Origin] = {}

    def __len__(self) -> int:
        return (len(self._blocks) - 1) * BLOCK + len(self.tail)

    def grow(self) -> None:
        """The growing block is whole: begin the next."""
        self.tail = []
        self._blocks.append(self.tail)

    def note(self, position: int, origin: Origin) -> None:
        """Where an event came from."""
        self._origins[position] = origin

    def block(self, number: int) -> list[Event]:
        return self._blocks[number] if number < len(self._blocks) else []

    def origin(self, position: int) -> Origin | None:
        return self._origins.get(position)


class ForkStore(MemoryStore):
    """Another store's first events, and what came after them here. Whole blocks are shared."""

    def __init__(self, base: Store, length: int) -> None:
        super().__init__()
        self._base = base
        self._shared = length // BLOCK
        self.tail = list(base.block(self._shared)[: length % BLOCK])
        self._blocks = [self.tail]

    def __len__(self) -> int:
        return self._shared * BLOCK + super().__len__()

    def block(self, number: int) -> list[Event]:
        return self._base.block(number) if number < self._shared else super().block(number - self._shared)

    def origin(self, position: int) -> Origin | None:
        return self._origins.get(position) or self._base.origin(position)


class FileStore:
    """A trace file. `index_some` finds more of its blocks; until it has returned False, the store is growing.

    After that, `grow` looks at the file again, and `index_some` takes in what has come since.

    Raises:
        TraceError: the file isn't a trace.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_short = ""
        self._file = TraceFile(path)
        self._start = 0  # of what is read ahead
        self._ahead = b""
        line_end = self._line_end(0)
        line = self._file.read(0, min(self._file.size if line_end < 0 else line_end, 100_000))
        if not line:
            raise TraceError("the file is empty; a trace begins with a header line", file=str(path))
        self.header: TraceHeader = decode_header(line, str(path))
        self._end = line_end + 1 if line_end >= 0 else self._file.size
        """Where the last whole line ends that was taken in."""
        self._offsets: list[int] = []  # where each block begins
        self._length = 0
        self._seal = self._file.seal(self._end)
        self._unread = True  # until everything that is there has been looked at without an error
        self._blocks: OrderedDict[int, list[Event]] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    @property
    def progress(self) -> float:
        """How much of the file has been looked at, 0 to 1."""
        return self._file.part(self._end)

    # -- finding lines ---------------------------------------------------------------------------------------

    def index_some(self, blocks: int) -> bool:
        """Find the next blocks (or what has come of the last one); False once there are no more.

        Raises:
            TraceError: a line that was added to a block isn't an event; it isn't taken in.
        """
        for _ in range(blocks):
            wanted = BLOCK - self._length % BLOCK
            lines, end = self._lines_ahead(wanted, self._end)
            more = lines == wanted
            if not more and end < self._file.size and self._is_event(end):
                lines, end = lines + 1, self._file.size
            if lines:
                self._take(lines, end)
            if not more:
                self._ahead, self._unread = b"", False
                self._seal = self._file.seal(self._end)
                self.cut_short = self._cut_short()
                return False
        return True

    def _lines_ahead(self, wanted: int, end: int) -> tuple[int, int]:
        """How many whole lines there are from an offset on, so many at the most, and where they end.

        Empty lines don't count: somebody edited the file, or the last line got its end of line late.
        """
        lines = 0
        while lines < wanted:
            # Within what is read ahead, a line costs one find and nothing else.
            find, start = self._ahead.find, self._start
            place = end - start
            while lines < wanted and (at := find(b"\n", place)) >= 0:
                lines += at > place
                place = at + 1
            end = start + place
            if lines == wanted or (at := self._line_end(end)) < 0:
                break
            lines += at > end
            end = at + 1
        return lines, end

    def _line_end(self, offset: int) -> int:
        """Where the line that begins at an offset has its end of line; -1: nowhere (yet)."""
        place = offset - self._start
        chunk = _CHUNK
        while True:
            if 0 <= place <= len(self._ahead):
                at = self._ahead.find(b"\n", place)
                if at >= 0:
                    return self._start + at
                # Nothing up to here: what was looked at is kept, and not looked at again.
                rest, place = self._ahead[offset - self._start :], len(self._ahead)
            else:
                rest, place = b"", offset - self._start
            reached = self._start + place
            if reached >= self._file.size and not self._file.unpack_more():
                return -1
            self._ahead, self._start = rest + self._file.read(reached, reached + chunk), offset
            if len(self._ahead) == len(rest):
                return -1  # the file has become shorter meanwhile
            place = len(rest)
            chunk = min(2 * chunk, _MOST_AHEAD)

    def _is_event(self, offset: int) -> bool:
        """Whether the last line, which has no end of line, is whole all the same; or only half written."""
        try:
            decode_event(self._file.read(offset, self._file.size))
        except msgspec.MsgspecError:
            return False
        return True

    def _take(self, lines: int, end: int) -> None:
        """So many more lines are there, up to an offset."""
        number, place = divmod(self._length, BLOCK)
        if place:
            # Others look at this block already: what is added must not make it unreadable.
            self._decode(self._end, end, lines)
        else:
            self._offsets.append(self._end)
        # The end goes in before the length: a reader in another thread asks for the length first.
        self._end = end
        self._length += lines
        self._blocks.pop(number, None)

    def _cut_short(self) -> str:
        left = self._file.size - self._end
        if left > 0 and self._file.read(self._end, self._end + _FEW).strip(b"\n"):
            return f"the trace was cut short: its last line has no end, {left} bytes are left out"
        return f"the trace was cut short: {self._file.damage}" if self._file.damage else ""

    def grow(self) -> bool:
        """Look at the file again (two questions to the system); whether there is something for `index_some`.

        Raises:
            TraceError: the file has been replaced or cut; what was read stays as far as it is still there.
        """
        self._unread = self._file.grow(self._end, self._seal) or self._unread
        return self._unread

    # -- looking ---------------------------------------------------------------------------------------------

    def block(self, number: int) -> list[Event]:
        kept = self._blocks.get(number)
        length = self._length
        if kept is not None and (len(kept) == BLOCK or number * BLOCK + len(kept) == length):
            return kept
        if number >= len(self._offsets):
            return []
        start, end = self._span(number)
        events = self._decode(start, end, min(BLOCK, length - number * BLOCK))
        self._blocks[number] = events
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return events

    def _span(self, number: int) -> tuple[int, int]:
        """Where a block begins and ends."""
        offsets, end = self._offsets, self._end
        return offsets[number], offsets[number + 1] if number + 1 < len(offsets) else end

    def _decode(self, start: int, end: int, count: int) -> list[Event]:
        """The events of some lines.

        Args:
            start, end: where they stand in the file.
            count: how many there should be, at the least.

        Raises:
            TraceError: a line isn't an event, or the lines are no longer there.
        """
        data = self._file.read(start, end)
        if len(data) < end - start:
            raise TraceError("the file has become shorter since it was opened; open it again", file=str(self.path))
        try:
            events = decode_block(data)  # it passes over empty lines
            if len(events) >= count:
                return events
        except msgspec.MsgspecError:
            pass
        first = 1 + sum(self._file.read(at, min(start, at + _CHUNK)).count(b"\n") for at in range(0, start, _CHUNK))
        for number, text in enumerate(data.split(b"\n"), first):
            try:
                if text:
                    decode_event(text)
            except msgspec.MsgspecError as error:
                raise TraceError(f"not an event: {error}", file=str(self.path), line=number) from None
        raise AssertionError("a block doesn't decode, and all of its lines do")

    def origin(self, position: int) -> Origin | None:
        number, place = divmod(position, BLOCK)
        if not 0 <= position < self._length:
            return None
        lines = self._file.read(*self._span(number)).split(b"\n")
        return decode_origin([line for line in lines if line][place])

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
