"""Writing a trace to a file, block by block, as it happens."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, TYPE_CHECKING

from raftlab.trace.codec import BLOCK, TraceHeader, encode_block, encode_header

if TYPE_CHECKING:
    from types import TracebackType

    from raftlab.core.events import Event
    from raftlab.core.origin import Origin


class TraceWriter:
    """A file that takes events; packed with gzip if its name ends in .gz. A context manager.

    Raises:
        OSError: the file can't be written.
    """

    def __init__(self, path: Path | str, header: TraceHeader) -> None:
        path = Path(path)
        # Packed without time and name, so that the same seed gives the same bytes here too.
        self._raw: IO[bytes] = path.open("wb")
        packed = path.suffix == ".gz"
        self._file: IO[bytes] = (
            gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0, compresslevel=6) if packed else self._raw  # type: ignore[assignment]
        )
        self._file.write(encode_header(header))
        self._events: list[Event] = []
        self._origins: list[Origin | None] | None = None

    def append(self, event: Event, origin: Origin | None = None) -> None:
        """Take one event."""
        events = self._events
        if origin is not None and self._origins is None:
            self._origins = [None] * len(events)
        if self._origins is not None:
            self._origins.append(origin)
        events.append(event)
        if len(events) == BLOCK:
            self.flush()

    def flush(self) -> None:
        """Hand everything that was taken to the system."""
        self._file.write(encode_block(self._events, self._origins))
        self._events = []
        self._origins = None
        self._file.flush()

    def close(self) -> None:
        """Write the rest and close the file."""
        self.flush()
        self._file.close()
        self._raw.close()

    def __enter__(self) -> TraceWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
