"""The bytes of a trace file: read piece by piece, unpacked as far as they are wanted, and looked at again as they grow.

Pieces are read, not mapped: a mapped file counts as memory in use once it has been looked through, and whoever cuts a
mapped file short kills the process that looks at it. Offsets are in (unpacked) bytes.
"""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import threading
import zlib
from pathlib import Path
from typing import IO

from raftlab.core.errors import TraceError

_PACKED = b"\x1f\x8b"
_SEAL = 64
"""So many bytes before the end are kept, to see whether a file that has grown is still the same."""


class TraceFile:
    """A file that is being read, packed with gzip or not (by its content, not by its name).

    `size` is how much of it is there; of a packed one, how much has been unpacked so far. `damage` says what is wrong
    with a packed file once that is known.

    Raises:
        TraceError: there is no such file, or it can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage = ""
        self._raw = _open(path)
        self._lock = threading.Lock()
        self.packed = self._raw.read(2) == _PACKED
        self._raw.seek(0)
        self._whole = os.fstat(self._raw.fileno()).st_size
        self._stream: IO[bytes] | None = None
        if self.packed:
            self._stream = gzip.GzipFile(fileobj=io.BufferedReader(self._raw, 1 << 18))  # type: ignore[type-var,assignment]
            self._plain: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (close() closes it)
            self.size = 0
        else:
            self._plain = self._raw
            self.size = self._whole

    def read(self, start: int, stop: int) -> bytes:
        """The bytes start .. stop - 1; fewer when the file ends before, or has become shorter."""
        with self._lock:
            self._plain.seek(start)
            piece = self._plain.read(stop - start)
            while len(piece) < stop - start and (more := self._plain.read(stop - start - len(piece))):
                piece += more
        return piece

    def unpack_more(self) -> bool:
        """Unpack another piece of a packed file; False when there is none."""
        stream = self._stream
        if stream is None:
            return False
        piece = b""
        try:
            # read1, not read: what stands before a cut comes out before the error does.
            piece = stream.read1(1 << 20)  # type: ignore[attr-defined]
        except EOFError:
            self.damage = "the packed file ends before its end"
        except (gzip.BadGzipFile, zlib.error):
            self.damage = "the packed file is damaged"
        if not piece:
            self._stream = None
            return False
        with self._lock:
            self._plain.seek(self.size)
            self._plain.write(piece)
        self.size += len(piece)
        return True

    def part(self, offset: int) -> float:
        """How much of the file lies before an offset, 0 to 1; of a packed one about so much."""
        if self._stream is not None:
            return min(0.99, self._raw.tell() / max(1, self._whole))
        return min(1.0, offset / max(1, self.size))

    def seal(self, end: int) -> bytes:
        """The last few bytes before an offset."""
        return self.read(max(0, end - _SEAL), end)

    def grow(self, end: int, seal: bytes) -> bool:
        """Look at the file again; whether there is more of it now.

        Args:
            end: up to where it has been taken in.
            seal: what `seal(end)` gave when that was taken in.

        Raises:
            TraceError: it has been replaced or cut, or it is packed.
        """
        if self.packed:
            raise TraceError("a packed trace can't be followed; unpack it first", file=str(self.path))
        ours = os.fstat(self._raw.fileno())
        try:
            there = self.path.stat()
        except OSError:
            raise TraceError(
                "the file that was followed is gone; what was read of it stays", file=str(self.path)
            ) from None
        if not os.path.samestat(ours, there):
            raise TraceError("the file was replaced by another one; open it anew to see that one", file=str(self.path))
        if ours.st_size < end or (ours.st_size != self.size and self.seal(end) != seal):
            raise TraceError("the file was cut or written anew since it was opened; open it again", file=str(self.path))
        more = ours.st_size > self.size
        self.size = ours.st_size
        return more

    def close(self) -> None:
        """Let the file go."""
        self._plain.close()
        self._raw.close()


def _open(path: Path) -> IO[bytes]:
    try:
        file = path.open("rb", buffering=0)
    except IsADirectoryError:
        raise TraceError("this is a directory; a trace is a file", file=str(path)) from None
    except FileNotFoundError:
        raise TraceError("there is no such file", file=str(path)) from None
    except OSError as error:
        raise TraceError(f"the file can't be read: {error.strerror}", file=str(path)) from None
    if not file.seekable():
        raise TraceError("this is a pipe or a device, and can't be read twice; save it to a file", file=str(path))
    return file
