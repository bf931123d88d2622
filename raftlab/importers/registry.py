"""Which kinds of foreign files there are, which kind a file is, and reading them.

Kinds that tell of an etcd cluster are PARTS: files of several of them make one trace. All others stand alone: a module
with KIND, TITLE, `recognises(head)` and `read(sources, progress)`, and a line in IMPORTERS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

from raftlab.core.errors import TraceError
from raftlab.importers import etcd_cluster, etcd_log, etcd_ndjson, shiviz
from raftlab.importers.dragonboat import importer as dragonboat
from raftlab.importers.etcd_script import importer as etcd_script
from raftlab.importers.etcd_status import polling as etcd_status
from raftlab.importers.etcd_wal import part as etcd_wal
from raftlab.importers.etcd_wire import capture as etcd_wire
from raftlab.importers.hashicorp import importer as hashicorp
from raftlab.importers.imported import FileReport
from raftlab.importers.kafka_kraft import importer as kafka_kraft
from raftlab.importers.patterns import read_patterns, read_with
from raftlab.importers.rabbitmq_ra import importer as rabbitmq_ra
from raftlab.importers.raft_rs import importer as raft_rs
from raftlab.importers.source import Source, head_of
from raftlab.importers.sources import Unread, gather_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from raftlab.importers.etcd_cluster import Part
    from raftlab.importers.imported import Imported
    from raftlab.importers.source import Progress


class Importer(Protocol):
    """What a module has to offer whose files stand alone."""

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


PARTS: Final = tuple(
    cast("Part", module)
    for module in (
        etcd_wal,
        etcd_wire,
        etcd_status,
        etcd_log,
    )
)
"""What tells of an etcd cluster, the narrower ones first."""

IMPORTERS: Final = tuple(
    cast("Importer", module)
    for module in (etcd_ndjson, etcd_script, dragonboat, kafka_kraft, rabbitmq_ra, hashicorp, raft_rs, shiviz)
)
"""What stands alone, the narrower ones first: the first that recognises a file has it, and before the PARTS."""

_ALL: Final[tuple[Importer | Part, ...]] = (*IMPORTERS, *PARTS)
ALIASES: Final = {"etcd-zap": "etcd-log", "etcd-capnslog": "etcd-log"}
"""Other names for kinds, as people may type them."""

KINDS: Final = tuple(each.KIND for each in _ALL)


def detect(source: Path | str | bytes) -> str | None:
    """The kind of a file, or of a file that begins with these bytes; None if it is of no kind known here.

    Raises:
        TraceError: the file can't be read.
    """
    head = head_of(source) if isinstance(source, bytes) else Source(source).head
    return next((each.KIND for each in _ALL if each.recognises(head)), None)


def read(paths: Sequence[Path | str], kind: str | None = None, progress: Progress | None = None) -> Imported:
    """Read foreign files, of ONE cluster, into one trace.

    Args:
        paths: files, packed ones (gzip, zstd) told by their first bytes, and directories, of which all files are
            looked at.
        kind: one of KINDS, or a YAML file of patterns (patterns.reading); by default it is detected for each file.
        progress: called now and then with (bytes read, bytes in all) of the file at hand.

    Raises:
        TraceError: a file is missing, empty, of no kind known here, or of one that can't be joined with the others';
            or none holds anything of raft's.
    """
    if not paths:
        raise TraceError("no file to import was named")
    sources, unread = gather_sources(paths)
    if kind is not None and kind.endswith((".yaml", ".yml")):
        return _accounted(read_with(read_patterns(kind), sources, progress), sources, unread)
    kind = ALIASES.get(kind, kind) if kind is not None else None
    if kind is not None and kind not in KINDS:
        raise TraceError(
            f"there is no importer of the kind {kind!r}; there are: {', '.join(KINDS)}, and files of patterns (.yaml)",
            file=str(paths[0]),
        )
    chosen: list[tuple[Source, Importer | Part]] = []
    for source in sources:
        found = next((each for each in _ALL if (kind == each.KIND if kind else each.recognises(source.head))), None)
        if found is not None:
            chosen.append((source, found))
        elif source.found_in_directory:
            unread.append(Unread(source.name, "of no kind that raftlab knows"))
        else:
            raise _no_kind(source)
    if not chosen:
        raise TraceError(_nothing_in(unread), file=str(paths[0]))
    return _accounted(_read_all(chosen, progress), [source for source, _ in chosen], unread)


def _accounted(imported: Imported, sources: Sequence[Source], unread: list[Unread]) -> Imported:
    """What nobody read is accounted for too: files of a directory, and the rest of a packed file that breaks off."""
    for source, report in zip(sources, imported.files, strict=False):
        if source.cut_short:
            assert source.name == report.file, f"{source.name} is reported as {report.file}"
            report.lines += 1
            report.skip(source.cut_short)
    imported.files.extend(FileReport(it.file, "unknown", 1, skipped={it.reason: 1}) for it in unread)
    return imported


def _read_all(chosen: list[tuple[Source, Importer | Part]], progress: Progress | None) -> Imported:
    first_source, first = chosen[0]
    alone = next(((source, each) for source, each in chosen if each in IMPORTERS), None)
    if alone is None:
        return etcd_cluster.read(cast("list[tuple[Source, Part]]", chosen), progress)
    for source, each in chosen:
        if each is not first:
            raise TraceError(
                f"this is {each.KIND}, but {first_source.name} is {first.KIND}: the files of one cluster are of one "
                f"kind (those of an etcd cluster, {', '.join(part.KIND for part in PARTS)}, may be mixed)",
                file=source.name,
            )
    return cast("Importer", first).read([source for source, _ in chosen], progress)


def _no_kind(source: Source) -> TraceError:
    if source.binary:
        return TraceError("this is a binary file of no kind that raftlab knows; a log is text", file=source.name)
    known = "; ".join(f"{each.KIND} ({each.TITLE})" for each in _ALL)
    return TraceError(f"this is no log that raftlab knows; it knows {known}", file=source.name, line=1)


def _nothing_in(unread: list[Unread]) -> str:
    seen = "; ".join(f"{it.file}: {it.reason}" for it in unread[:5])
    more = f" and {len(unread) - 5} more" if len(unread) > 5 else ""
    return f"there is no log in it that raftlab knows ({seen}{more})" if unread else "there is no file in it"
