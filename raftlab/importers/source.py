"""A foreign file: opened (packed or not), checked, and read as lines of bytes with their numbers.

Lines are streamed: a log of many gigabytes takes no more memory than one line of it.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from raftlab.core.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    Progress = Callable[[int, int], None]
    """Called now and then with (bytes read, bytes in all), packed bytes for packed files."""

GZIP_MAGIC: Final = b"\x1f\x8b"
HEAD_BYTES: Final = 65_536
_EVERY: Final = 65_536
"""How many lines pass between two calls of progress."""


class Source:
    """One file that exists, holds text, and isn't empty; `name` is how the person named it.

    Raises:
        TraceError: it can't be read, or is no text.
    """

    __slots__ = ("head", "name", "path", "size")

    def __init__(self, path: Path | str) -> None:
        self.name = str(path)
        self.path = Path(path)
        try:
            self.size = self.path.stat().st_size
            if self.path.is_dir():
                raise TraceError("this is a directory; name the log files in it, one for each node", file=self.name)
            with self._open() as file:
                self.head = file.read(HEAD_BYTES)
        except FileNotFoundError:
            raise TraceError("there is no such file", file=self.name) from None
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise TraceError(f"this gzip file is damaged ({error}); copy it anew", file=self.name) from None
        except OSError as error:
            raise TraceError(f"this file can't be read: {error.strerror or error}", file=self.name) from None
        if not self.head:
            raise TraceError("this file is empty; a log has at least one line", file=self.name)
        if b"\0" in self.head[:8192]:
            raise TraceError(
                "this is a binary file; a log is text, one line for each thing that happened", file=self.name
            )

    def _open(self) -> BinaryIO:
        with self.path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
        return cast("BinaryIO", gzip.open(self.path, "rb")) if packed else self.path.open("rb")

    def lines(self, progress: Progress | None = None) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers, counted from 1, each with its end of line (the last one perhaps without).

        Raises:
            TraceError: a packed file breaks off.
        """
        number = 0
        with self._open() as file:
            raw = cast("BinaryIO", getattr(file, "fileobj", None) or file)
            try:
                for number, line in enumerate(file, 1):
                    yield number, line
                    if progress is not None and not number % _EVERY:
                        progress(raw.tell(), self.size)
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                message = (
                    f"this gzip file breaks off after line {number} ({error}); copy it anew, or unpack what there is"
                )
                raise TraceError(message, file=self.name, line=number) from None
        if progress is not None:
            progress(self.size, self.size)
