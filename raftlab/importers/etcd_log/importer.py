"""Reading the log of an etcd server, line by line: what wraps a line comes off, its shape is told, and it is taken.

Of twenty lines nineteen have nothing to do with raft: they pass by a look at their bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from raftlab.importers.etcd_log import text, zap
from raftlab.importers.etcd_log.envelopes import (
    DEPTH,
    NAKED,
    Peeler,
    Wrapping,
    peeled,
    uncoloured,
    unwrap_docker,
    unwrap_journal,
)
from raftlab.importers.etcd_log.reasons import NOT_ETCDS, NOT_RAFT
from raftlab.importers.etcd_log.said import Account
from raftlab.importers.etcd_log.shapes import TEXT, ZAP_LAST_WORDS, ZAP_MATTERS, ZAP_START, is_etcds, passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names
    from raftlab.importers.source import Progress, Source
    from raftlab.importers.stream import Stream

KIND: Final = "etcd-log"
TITLE: Final = (
    "an etcd server's log, in zap's JSON or capnslog's text, bare or from journald, syslog, docker, Kubernetes"
)

_MARKS_OF_16_BITS: Final = (b"\xff\xfe", b"\xfe\xff")
_MARK_OF_UTF8: Final = b"\xef\xbb\xbf"


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these: some line, out of its envelopes, is surely an etcd server's."""
    if head.startswith(_MARKS_OF_16_BITS):
        head = head[2:].replace(b"\0", b"")
    lines = head.removeprefix(_MARK_OF_UTF8).splitlines()
    return any(is_etcds(peeled(line)[0].lstrip()) for line in lines if line.strip())


def gather(
    source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
) -> list[Stream]:
    """The facts of one file, a stream for each node that writes to it (see etcd_cluster.Part).

    Raises:
        TraceError: the file breaks off.
    """
    modified_us = source.path.stat().st_mtime_ns // 1000
    reader = _Reader(Account(number, report, names, modified_us))
    reader.read(_lines(source, progress))
    return reader.account.finish()


def _lines(source: Source, progress: Progress | None) -> Iterator[tuple[int, bytes]]:
    """The lines, without a mark of their encoding. Of two bytes a character, the zeros go: raft logs none."""
    lines = source.lines(progress)
    if source.head.startswith(_MARKS_OF_16_BITS):
        narrow = ((number, line.replace(b"\0", b"")) for number, line in lines)
        return ((number, line[2:] if number == 1 else line) for number, line in narrow if line)
    if source.head.startswith(_MARK_OF_UTF8):
        return ((number, line.removeprefix(_MARK_OF_UTF8) if number == 1 else line) for number, line in lines)
    return lines


class _Reader:
    """One file while it is read."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._peeler = Peeler()
        self._decode = msgspec.json.Decoder().decode
        self._in_docker = False

    def read(self, lines: Iterator[tuple[int, bytes]]) -> None:
        """All lines; those that become nothing are counted in the report."""
        may_matter = ZAP_MATTERS.search
        number = others = 0
        skipped = {NOT_RAFT: 0}
        for number, line in lines:
            reason: str | None
            if line.startswith(ZAP_START):
                if may_matter(line) is not None or line.startswith(ZAP_LAST_WORDS):
                    reason = self._object(number, line, NAKED) if b"\x1b" not in line else self._take(number, line)
                # No need to decode what nobody will read: an object's line begins and ends as one.
                elif line[-2:] == b"}\n" or line.rstrip()[-1:] == b"}":
                    others += 1
                    continue
                else:
                    reason = NOT_ETCDS
            elif passes(line):
                others += 1
                continue
            else:
                reason = self._take(number, line)
            if reason is not None:
                skipped[reason] = skipped.get(reason, 0) + 1
        skipped[NOT_RAFT] += others
        self.account.report.lines = number
        for reason, count in skipped.items():
            if count:
                self.account.report.skip(reason, count)

    def _take(self, number: int, line: bytes) -> str | None:
        """A line, out of its envelopes; why it becomes nothing, if so."""
        if b"\x1b" in line:
            line = uncoloured(line)
        wrapping = NAKED
        for _ in range(DEPTH + 1):
            if line[:1] == b"{":
                found = self._wrapped_or_object(number, line, wrapping)
            else:
                head = TEXT.match(line)
                if head is not None:
                    return text.take(self.account, number, line, head, wrapping)
                found = self._peeler.peel(line, wrapping)
                if found is None:
                    return text.take_bare(self.account, number, line, wrapping)
            if not isinstance(found, tuple):
                return found
            line, wrapping = found
            if b"\x1b" in line:
                line = uncoloured(line)
        return NOT_ETCDS

    def _wrapped_or_object(self, number: int, line: bytes, wrapping: Wrapping) -> tuple[bytes, Wrapping] | str | None:
        """What an object holds if it is an envelope; else it is taken, and perhaps a reason comes back."""
        if line.startswith(ZAP_START):
            if ZAP_MATTERS.search(line) is None and not line.startswith(ZAP_LAST_WORDS):
                return NOT_RAFT if line.rstrip()[-1:] == b"}" else NOT_ETCDS
            return self._object(number, line, wrapping)
        if self._in_docker or line.startswith(b'{"log"'):
            found = unwrap_docker(line, wrapping)
            self._in_docker = found is not None
            if found is not None:
                return found
        fields = self._decoded(line)
        if fields is None or "msg" in fields:
            return self._object(number, line, wrapping)
        return unwrap_journal(fields, wrapping) or unwrap_docker(line, wrapping) or NOT_RAFT

    def _object(self, number: int, line: bytes, wrapping: Wrapping) -> str | None:
        """An object of zap's."""
        fields = self._decoded(line)
        return NOT_ETCDS if fields is None else zap.take(self.account, number, fields, wrapping)

    def _decoded(self, line: bytes) -> dict[str, Any] | None:
        try:
            fields = self._decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return fields if isinstance(fields, dict) else None
