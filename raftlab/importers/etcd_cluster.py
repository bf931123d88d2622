"""One etcd cluster from all that its members and their observers wrote: logs, write-ahead logs, wire captures, polls.

Each kind of file has a module (a Part) that turns it into streams of facts; here they become one story. What has no
clock is placed beside what the same member logged, clocks that disagree are set right, receipts find their sendings,
and all is woven into one order and told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from raftlab.core.errors import TraceError
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.names import Names
from raftlab.importers.raft_tellers import tell
from raftlab.importers.rotation import join_rotated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.source import Progress, Source
    from raftlab.importers.stream import Stream


class Part(Protocol):
    """A kind of file that tells of an etcd cluster, and can be read together with the others."""

    @property
    def KIND(self) -> str:
        """The kind's name, as people type it after --kind."""

    @property
    def TITLE(self) -> str:
        """What a file of it is, in words."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (unpacked) is of this kind."""

    def gather(
        self, source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
    ) -> list[Stream]:
        """The facts of one file, the `number`th of all; lines that become none are counted in the report.

        Raises:
            TraceError: the file breaks off, or is damaged beyond reading.
        """


def read(parts: Sequence[tuple[Source, Part]], progress: Progress | None = None) -> Imported:
    """The trace of one cluster.

    Raises:
        TraceError: a file breaks off, or none holds anything of raft's.
    """
    names = Names()
    reports = [FileReport(source.name, part.KIND, skipped={}) for source, part in parts]
    streams = [
        stream
        for number, (source, part) in enumerate(parts)
        for stream in part.gather(source, number, reports[number], names, progress)
    ]
    _check_one_cluster(names)
    return tell(join_rotated(streams, reports), names, reports)


def _check_one_cluster(names: Names) -> None:
    """Refuse files of several clusters: together they would show two leaders in one term, and other things untrue.

    A member that was set up anew belongs to two clusters in one file; then nobody knows, and nothing is refused.
    """
    clusters = names.clusters
    files = [file for found in clusters.values() for file in found]
    if len(clusters) < 2 or len(set(files)) < len(files):
        return
    told = "; ".join(f"cluster {cluster}: {', '.join(found)}" for cluster, found in clusters.items())
    raise TraceError(f"these are files of {len(clusters)} clusters, name those of one ({told})", file=files[0])
