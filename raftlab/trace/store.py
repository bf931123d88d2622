"""Where a timeline's events are kept: in memory, or in a file that is read piece by piece.

Both hand out blocks of 512 events. A file is mapped into memory and indexed by the offset of every block; its events
are decoded when somebody looks at them, and the last few blocks are kept. A trace that was cut short (a crash, a full
disk) opens up to its last whole line, and says so.
"""

from __future__ import annotations

import contextlib
import gzip
import mmap
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

import msgspec

from raftlab.core.errors import TraceError
from raftlab.trace.codec import BLOCK, decode_block, decode_event, decode_header, decode_origin

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.origin import Origin
    from raftlab.trace.codec import TraceHeader

_KEPT_BLOCKS = 64


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

    Raises:
        TraceError: the file isn't a trace.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_short = ""
        self._file = _open(path)
        try:
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise TraceError("the file is empty; a trace begins with a header line", file=str(path)) from None
        first_end = self._map.find(b"\n")
        line = self._map[: first_end if first_end >= 0 else len(self._map)]
        self.header: TraceHeader = decode_header(bytes(line[:100_000]), str(path))
        self._offsets: list[int] = [first_end + 1 if first_end >= 0 else len(self._map)]
        self._length = 0
        self._end = self._offsets[0]
        self._blocks: OrderedDict[int, list[Event]] = OrderedDict()

    def __len__(self) -> int:
        return self._length

    @property
    def progress(self) -> float:
        """How much of the file has been looked at, 0 to 1."""
        return self._end / max(1, len(self._map))

    def index_some(self, blocks: int) -> bool:
        """Find the next blocks; False once there are no more."""
        data, find = self._map, self._map.find
        for _ in range(blocks):
            end = self._end
            lines = 0
            while lines < BLOCK:
                at = find(b"\n", end)
                if at < 0:
                    break
                end = at + 1
                lines += 1
            if lines < BLOCK and end < len(data):
                lines, end = self._last_line(lines, end)
            self._end = end
            if lines:
                # The offset of the next block goes in first: a reader in another thread asks for length, then offsets.
                self._offsets.append(end)
                self._length += lines
            if lines < BLOCK or end == len(data):
                self._end = len(data)
                return False
        return True

    def _last_line(self, lines: int, end: int) -> tuple[int, int]:
        """The file doesn't end with an end of line: its last line is whole, or cut short."""
        try:
            decode_event(self._map[end:])
        except msgspec.MsgspecError:
            self.cut_short = (
                f"the trace was cut short: its last line has no end, {len(self._map) - end} bytes are left out"
            )
            return lines, end
        return lines + 1, len(self._map)

    def block(self, number: int) -> list[Event]:
        kept = self._blocks.get(number)
        if kept is not None:
            return kept
        if number + 1 >= len(self._offsets):
            return []
        try:
            events = decode_block(self._map[self._offsets[number] : self._offsets[number + 1]])
        except msgspec.MsgspecError:
            raise self._bad_line(number) from None
        self._blocks[number] = events
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return events

    def _bad_line(self, number: int) -> TraceError:
        lines = self._map[self._offsets[number] : self._offsets[number + 1]].split(b"\n")
        for place, line in enumerate(lines):
            try:
                decode_event(line)
            except msgspec.MsgspecError as error:
                return TraceError(f"not an event: {error}", file=str(self.path), line=number * BLOCK + place + 2)
        raise AssertionError("a block doesn't decode, and all of its lines do")

    def origin(self, position: int) -> Origin | None:
        number, place = divmod(position, BLOCK)
        if number + 1 >= len(self._offsets):
            return None
        lines = self._map[self._offsets[number] : self._offsets[number + 1]].split(b"\n")
        return decode_origin(lines[place])

    def close(self) -> None:
        """Let the file go."""
        self._map.close()
        self._file.close()


def _open(path: Path) -> IO[bytes]:
    """The file, unpacked if it is gzip (by content, not by name)."""
    try:
        file = path.open("rb")
        packed = file.read(2) == b"\x1f\x8b"
    except IsADirectoryError:
        raise TraceError("this is a directory; a trace is a file", file=str(path)) from None
    except FileNotFoundError:
        raise TraceError("there is no such file", file=str(path)) from None
    except OSError as error:
        raise TraceError(f"the file can't be read: {error.strerror}", file=str(path)) from None
    file.seek(0)
    if not packed:
        return file
    plain: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the store closes it)
    # Cut short, its unpacked part is whole lines but the last one, and index_some says so.
    with file, gzip.open(file) as unpacked, contextlib.suppress(EOFError, gzip.BadGzipFile):
        # read1, not read: what stands before the cut comes out before the error does.
        while piece := unpacked.read1(1 << 20):
            plain.write(piece)
    plain.flush()
    return plain
