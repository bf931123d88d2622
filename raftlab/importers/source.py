"""A foreign file: opened (packed or not), and read as lines of bytes with their numbers, or as bytes.

Lines are streamed: a log of many gigabytes takes no more memory than one line of it, and a line longer than a mebibyte
is handed on cut to that (what is cut off can't be a line of raft's).
"""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from raftlab.core.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    Progress = Callable[[int, int], None]
    """Called now and then with (bytes read, bytes in all), packed bytes for packed files."""

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
HEAD_BYTES: Final = 65_536
LINE_BYTES: Final = 1 << 20
"""How much of a line is looked at."""

_EVERY: Final = 65_536
"""How many lines pass between two calls of progress."""

_DAMAGES: Final = (gzip.BadGzipFile, zlib.error, EOFError, OSError)


class Source:
    """One file that exists and isn't empty; `name` is how the person named it.

    `segments` are the files of a log that is cut into several (a WAL); most sources have one. `binary`: its beginning
    holds a zero byte. `found_in_directory`: the person named a directory, not this file. `cut_short` says, once its
    lines have been read, why a packed file breaks off; "" if it doesn't.

    Raises:
        TraceError: it can't be read, or is empty.
    """

    __slots__ = ("binary", "cut_short", "found_in_directory", "head", "name", "path", "segments", "size")

    def __init__(self, path: Path | str, *, found_in_directory: bool = False, segments: Sequence[Path] = ()) -> None:
        self.name = str(path)
        self.path = Path(path)
        self.segments = tuple(segments) or (self.path,)
        self.found_in_directory = found_in_directory
        self.cut_short = ""
        try:
            self.size = sum(segment.stat().st_size for segment in self.segments)
            if self.path.is_dir():
                raise TraceError("this is a directory; name the log files in it, one for each node", file=self.name)
            with open_unpacked(self.path) as file:
                self.head = _beginning(file)
        except FileNotFoundError:
            raise TraceError("there is no such file", file=self.name) from None
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise TraceError(f"this packed file is damaged ({error}); copy it anew", file=self.name) from None
        except OSError as error:
            raise TraceError(f"this file can't be read: {error.strerror or error}", file=self.name) from None
        if not self.head:
            raise TraceError("this file is empty; a log has at least one line", file=self.name)
        self.binary = b"\0" in self.head[:8192]

    def lines(self, progress: Progress | None = None) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers, counted from 1, each with its end of line (the last one perhaps without).

        Of a line longer than LINE_BYTES the beginning is handed out, without an end of line. Where a packed file breaks
        off, the lines end, and `cut_short` says so.
        """
        number = 0
        with self.path.open("rb") as raw:
            file = unpacked(raw)
            try:
                for number, line in enumerate(_bounded(file), 1):
                    yield number, line
                    if progress is not None and not number % _EVERY:
                        progress(raw.tell(), self.size)
            except _DAMAGES as error:
                self.cut_short = f"the packed file breaks off here, after line {number} ({error}): copy it anew"
        if progress is not None:
            progress(self.size, self.size)


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """Lines, none longer than LINE_BYTES in memory."""
    readline = file.readline
    while line := readline(LINE_BYTES):
        if len(line) == LINE_BYTES and line[-1:] != b"\n":
            while (rest := readline(LINE_BYTES)) and rest[-1:] != b"\n":
                pass
        yield line


def unpacked(raw: BinaryIO) -> BinaryIO:
    """What a file holds, unpacked if its first bytes say that it is packed. Reading raises EOFError at damage."""
    magic = raw.read(4)
    raw.seek(0)
    if magic.startswith(GZIP_MAGIC):
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if magic == ZSTD_MAGIC:
        return cast("BinaryIO", io.BufferedReader(_Zstd(raw), 1 << 20))
    return raw


class _Zstd(io.RawIOBase):
    """A zstd file unpacked, one frame or several; damage and a missing end are told as gzip tells them."""

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._damage: type[Exception] = zstandard.ZstdError
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._raw, self._frame = raw, self._new()
        self._started = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            packed = self._frame.unused_data or self._raw.read(1 << 16)
            if not packed:
                if self._started and not self._frame.eof:
                    raise EOFError("its last frame has no end")
                return 0
            if self._frame.eof:
                self._frame = self._new()
            self._started = True
            try:
                self._ready = memoryview(self._frame.decompress(packed))
            except self._damage as error:
                raise EOFError(str(error)) from None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def open_unpacked(path: Path) -> BinaryIO:
    """A file to read, unpacked; closing it closes the file.

    Raises:
        OSError: it can't be opened.
    """
    return unpacked(path.open("rb"))


def head_of(data: bytes) -> bytes:
    """The first bytes of what `data` (the beginning of a file) holds, unpacked.

    Raises:
        TraceError: it is packed, and damaged.
    """
    try:
        return _beginning(unpacked(io.BytesIO(data)))
    except (*_DAMAGES, ValueError) as error:
        raise TraceError(f"this packed data is damaged: {error}") from None


def _beginning(file: BinaryIO) -> bytes:
    """The first bytes, as far as they can be unpacked."""
    head = b""
    try:
        while len(head) < HEAD_BYTES and (piece := file.read1(HEAD_BYTES - len(head))):  # type: ignore[attr-defined]
            head += piece
    except _DAMAGES:
        if not head:
            raise
    return head
