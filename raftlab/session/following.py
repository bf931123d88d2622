"""Files that grow while they are looked at: `tail -f` for a cluster.

A trace of ours is taken up where it ended. Foreign logs are read anew as a whole, since a line of one member may change
what those of another mean (a receipt, a clock): so the more there is to read, the seldomer they are looked at.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.session.opening import open_traces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from raftlab.session.opening import Opened
    from raftlab.trace import Timeline

    Sizes = dict[Path, tuple[int, int, int]]

_REST: Final = 4
"""How many times as long as reading takes it waits until it reads again."""


class Following:
    """Files that are being followed, and what was read of them so far.

    Args:
        paths: as the person named them; directories are looked through.
        kind: of foreign files, None if it is detected.
        opened: what they hold now.

    Raises:
        TraceError: standard input, which can be read only once.
    """

    def __init__(self, paths: Sequence[str], kind: str | None, opened: Opened) -> None:
        if "-" in paths:
            raise TraceError("standard input can't be followed: it is read to its end; name files")
        self.paths, self.kind, self.opened = tuple(paths), kind, opened
        self.ours = not opened.files
        self._sizes = self._look_at_sizes()
        self._rest_until = 0.0

    def look(self) -> Opened | None:
        """Read what is new; None if nothing is. It may take as long as opening the files did.

        Raises:
            TraceError: what was read is there no longer, or is damaged. It is told once; what was read before stays.
        """
        if self.ours:
            return self.opened if self.opened.timeline.refresh() else None
        if monotonic() < self._rest_until:
            return None
        sizes = self._look_at_sizes()
        if sizes == self._sizes:
            return None
        self._sizes = sizes
        begin = monotonic()
        try:
            found = open_traces(self.paths, self.kind)
        finally:
            self._rest_until = monotonic() + _REST * (monotonic() - begin)
        self.opened = found
        return found

    def _look_at_sizes(self) -> Sizes:
        found: Sizes = {}
        for path in self._files():
            try:
                status = path.stat()
            except OSError:
                continue  # gone for a moment: logs are rotated
            found[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
        return found

    def _files(self) -> Iterator[Path]:
        for name in self.paths:
            path = Path(name)
            if path.is_dir():
                yield from (each for each in path.rglob("*") if not each.name.endswith(".notes.yaml"))
            else:
                yield path


def same_place(position: int, old: Timeline, new: Timeline) -> int:
    """Where the event at a position of one reading stands in another: by where it came from, else by its time."""
    if position < 0 or not len(new):
        return -1
    wanted, kind, at_us = old.origin(position), type(old.event(position)), old.time_of(position)
    near = new.index_at(at_us)
    if wanted is not None:
        # The same line may have become several events; the one of the same kind is meant.
        for other in range(min(near + 64, len(new) - 1), max(-1, near - 256), -1):
            if new.origin(other) == wanted and type(new.event(other)) is kind:
                return other
    if near >= position and type(new.event(position)) is kind and new.time_of(position) == at_us:
        return position
    return near
