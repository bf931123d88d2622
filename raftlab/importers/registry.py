"""Which kinds of foreign files there are, which kind a file is, and reading them.

A new kind is a module with KIND, TITLE, `recognises(head)` and `read(sources, progress)`, and a line in IMPORTERS.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from raftlab.core.errors import TraceError
from raftlab.importers import etcd_ndjson, etcd_zap
from raftlab.importers.etcd_script import importer as etcd_script
from raftlab.importers.source import GZIP_MAGIC, HEAD_BYTES, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.imported import Imported
    from raftlab.importers.source import Progress


class Importer(Protocol):
    """What a module has to offer."""

    @property
    def KIND(self) -> str:
        """The kind's name, as people type it after --kind."""

    @property
    def TITLE(self) -> str:
        """What a file of it is, in words."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (unpacked) is of this kind."""

    def read(self, sources: Sequence[Source], progress: Progress | None = None) -> Imported:
        """The trace of one cluster, from the files of its nodes."""


IMPORTERS: Final = tuple(cast("Importer", module) for module in (etcd_ndjson, etcd_zap, etcd_script))
"""The narrower ones first: the first that recognises a file has it."""

KINDS: Final = tuple(importer.KIND for importer in IMPORTERS)


def detect(source: Path | str | bytes) -> str | None:
    """The kind of a file, or of a file that begins with these bytes; None if it is of no kind known here.

    Raises:
        TraceError: the file can't be read.
    """
    head = _unpacked(source) if isinstance(source, bytes) else Source(source).head
    return next((importer.KIND for importer in IMPORTERS if importer.recognises(head)), None)


def read(paths: Sequence[Path | str], kind: str | None = None, progress: Progress | None = None) -> Imported:
    """Read foreign files, the nodes of ONE cluster, into one trace.

    Args:
        paths: the files; packed ones (.gz) are told by their first bytes.
        kind: one of KINDS; by default it is detected.
        progress: called now and then with (bytes read, bytes in all) of the file at hand.

    Raises:
        TraceError: a file is missing, empty, no text, of another kind than the others or of none, or holds nothing of
            raft's.
    """
    if not paths:
        raise TraceError("no file to import was named")
    sources = [Source(path) for path in paths]
    kinds = {source.name: kind or _kind_of(source) for source in sources}
    first = kinds[sources[0].name]
    for name, other in kinds.items():
        if other != first:
            raise TraceError(
                f"this is {other}, but {sources[0].name} is {first}: the files of one cluster are of one kind",
                file=name,
            )
    importer = next((importer for importer in IMPORTERS if first == importer.KIND), None)
    if importer is None:
        raise TraceError(
            f"there is no importer of the kind {first!r}; there are: {', '.join(KINDS)}", file=sources[0].name
        )
    return importer.read(sources, progress)


def _kind_of(source: Source) -> str:
    for importer in IMPORTERS:
        if importer.recognises(source.head):
            return importer.KIND
    known = "; ".join(f"{importer.KIND} ({importer.TITLE})" for importer in IMPORTERS)
    raise TraceError(f"this is no log that raftlab knows; it knows {known}", file=source.name, line=1)


def _unpacked(head: bytes) -> bytes:
    if not head.startswith(GZIP_MAGIC):
        return head
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
    except zlib.error as error:
        raise TraceError(f"this gzip data is damaged: {error}") from None
