"""The log of an etcd server as zap writes it: one JSON object a line, 3.4's and 3.5's spelling, info or debug level.

Lines are recognised by the text of their message, never by the caller (that differs from version to version). Nineteen
lines of twenty have nothing to do with raft: a look at the bytes lets them pass, and only the others are decoded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from raftlab.importers.fact import Fact
from raftlab.importers.imported import FileReport
from raftlab.importers.raft_forms import LINE_STARTS, form_of
from raftlab.importers.stamps import micros
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.importers.names import Names
    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-zap"
TITLE: Final = "an etcd server's log in zap's JSON (3.4, 3.5)"

NOT_RAFT: Final = "not about raft"
NOT_JSON: Final = "not JSON"
NAMES_ONLY: Final = "tells who is who, no state"

_NOTES: Final[dict[str, tuple[str, ...]]] = {
    "peer became active": ("peer-id",),
    "peer became inactive (message send to peer failed)": ("peer-id", "error"),
    "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk": (
        "to", "expected-duration", "exceeded-duration",
    ),
    "apply request took too long": ("took", "expected-duration"),
    "slow fdatasync": ("took", "expected-duration"),
    "waiting for ReadIndex response took too long, retrying": ("retry-timeout",),
    "prober found high clock drift": ("remote-peer-id", "clock-drift"),
    "rejected stream from remote peer because it was removed": ("remote-peer-id-from",),
    "received signal; shutting down": ("signal",),
    "server error": ("error",),
}  # fmt: skip
"""Messages of the server, beside raft, that a reader of raft's story wants to see, with the fields worth showing."""

_LEFT: Final = "permanently removed from the cluster"

Fields = dict[str, Any]


class _File:
    """One file while it is read: its facts, and whose they are."""

    def __init__(self, number: int, report: FileReport, names: Names) -> None:
        self.number, self.report, self.names = number, report, names
        self.facts: list[Fact] = []
        self.node = ""
        self.name = ""
        self.latest_us = 0

    def take(self, line: int, fields: Fields) -> None:
        """One decoded line that may be about raft."""
        text = fields.get("msg")
        at_us = micros(fields.get("ts"))
        if not isinstance(text, str):
            self.report.skip(NOT_RAFT)
        elif at_us is None:
            self.report.skip("no time that can be read in it")
        else:
            # Several threads write: a stamp may be a little before that of the line above.
            self.latest_us = max(self.latest_us, at_us)
            found, told = form_of(text), _SERVER.get(text)
            if found is not None:
                form, node, args = found
                # Which node it is may become known later only: "" is filled in at the end.
                self.node = node or self.node
            if fields.get("level") in ("fatal", "panic"):
                _died(self, line, fields)
            elif found is not None:
                self.add(line, fields, form, (text.removeprefix(f"{node} "),) if form == "note" else args, node)
            elif told is not None:
                told(self, line, fields)
            else:
                self.report.skip(NOT_RAFT)

    def add(self, line: int, fields: Fields, form: str, args: tuple[str, ...], node: str = "") -> None:
        """One line that becomes a fact."""
        stamp = str(fields["ts"])
        self.facts.append(Fact(self.number, line, self.latest_us, stamp, node or self.node, form, args))

    def finish(self) -> list[Fact]:
        """The facts; those before the first line that says whose log this is are that node's too."""
        owner = next((fact.node for fact in self.facts if fact.node), "")
        kept = []
        for fact in self.facts:
            fact.node = fact.node or owner
            if fact.node:
                kept.append(fact)
            else:
                self.report.skip("a line about a member whose id the log doesn't tell")
        return kept


def _started(file: _File, line: int, fields: Fields) -> None:
    file.name = str(fields.get("name", ""))
    file.names.initial_cluster(str(fields.get("initial-cluster", "")))
    file.names.say(str(fields.get("local-member-id", "")), file.name)
    file.add(line, fields, "process_started", ())


def _local(file: _File, line: int, fields: Fields) -> None:
    file.node = str(fields.get("local-member-id", "")) or file.node
    file.names.say(file.node, file.name)
    file.report.skip(NAMES_ONLY)


def _published(file: _File, line: int, fields: Fields) -> None:
    found = re.match(r"\{Name:(.*?) ClientURLs:", str(fields.get("local-member-attributes", "")))
    if found is not None:
        file.names.say(str(fields.get("local-member-id", "")), found[1])
    file.report.skip(NAMES_ONLY)


def _attributes(file: _File, line: int, fields: Fields) -> None:
    found = re.search(
        r'/0/members/([0-9a-f]+)/attributes.*?"name\\*": *\\*"([^"\\]+)', str(fields.get("V2request", ""))
    )
    if found is None:
        file.report.skip(NOT_RAFT)
    else:
        file.names.say(found[1], found[2])
        file.report.skip(NAMES_ONLY)


def _added(file: _File, line: int, fields: Fields) -> None:
    for prefix in ("added-peer", "recovered-remote-peer"):
        urls = fields.get(f"{prefix}-peer-urls", fields.get(f"{prefix}-urls"))
        if isinstance(urls, list):
            file.names.lives_at(str(fields.get(f"{prefix}-id", "")), tuple(str(url) for url in urls))
    file.report.skip(NAMES_ONLY)


def _removed(file: _File, line: int, fields: Fields) -> None:
    file.add(line, fields, "removed", (str(fields.get("removed-remote-peer-id", "")),))


def _ended(file: _File, line: int, fields: Fields) -> None:
    file.add(line, fields, "process_ended", ())


def _died(file: _File, line: int, fields: Fields) -> None:
    text, error = fields["msg"], fields.get("error", "")
    file.add(line, fields, "fatal", (f"{text} ({error})" if error else text,))


def _snapshot(file: _File, line: int, fields: Fields) -> None:
    file.add(line, fields, "snapshot_taken", (str(int(fields.get("snapshot-index", 0))),))


def _applied(file: _File, line: int, fields: Fields) -> None:
    file.add(line, fields, "entry_applied", (str(int(fields.get("index", 0))),))


def _noted(file: _File, line: int, fields: Fields) -> None:
    text = str(fields["msg"])
    if _LEFT in str(fields.get("error", "")) and text == "server error":
        file.add(line, fields, "removed_itself", (file.node,))
        return
    details = ", ".join(f"{key}: {fields[key]}" for key in _NOTES[text] if key in fields)
    file.add(line, fields, "note", (f"{text} ({details})" if details else text,))


_SERVER: Final[dict[str, Callable[[_File, int, Fields], None]]] = {
    "starting an etcd server": _started,
    "starting local member": _local,
    "restarting local member": _local,
    "published local member to cluster through raft": _published,
    "applyEntryNormal": _attributes,
    "added member": _added,
    "recovered/added member from store": _added,
    "removed member": _removed,
    "closed etcd server": _ended,
    "saved snapshot": _snapshot,
    "Applying entry": _applied,
    **dict.fromkeys(_NOTES, _noted),
}

_MAY_MATTER: Final = re.compile(
    rb'"msg":\s*"(?:' + LINE_STARTS + rb"|" + b"|".join(re.escape(text).encode() + b'"' for text in _SERVER) + rb")"
)


_LAST_WORDS: Final = (b'{"level":"fatal"', b'{"level":"panic"')


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these: a line of JSON with a level, a time and a message."""
    return any(
        line.lstrip().startswith(b"{") and all(key in line for key in (b'"level":', b'"ts":', b'"msg":'))
        for line in head.splitlines()[:200]
    )


def gather(
    source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
) -> list[Stream]:
    """The facts of one file (see etcd_cluster.Part).

    Raises:
        TraceError: the file breaks off.
    """
    facts = _read_file(source, _File(number, report, names), progress)
    return [Stream(facts, clock=facts[0].node if facts else None)]


def _read_file(source: Source, file: _File, progress: Progress | None) -> list[Fact]:
    decode = msgspec.json.Decoder().decode
    may_matter = _MAY_MATTER.search
    number = others = broken = 0
    for number, line in source.lines(progress):
        if may_matter(line) is None and not line.startswith(_LAST_WORDS):
            # No need to decode what nobody will read: an object's line begins and ends as one.
            if (line[:1] == b"{" and line[-2:] == b"}\n") or _is_object(line):
                others += 1
            else:
                broken += 1
            continue
        try:
            fields = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            broken += 1
            continue
        if isinstance(fields, dict):
            file.take(number, fields)
        else:
            others += 1
    file.report.lines = number
    for reason, count in ((NOT_RAFT, others), (NOT_JSON, broken)):
        if count:
            file.report.skip(reason, count)
    return file.finish()


def _is_object(line: bytes) -> bool:
    line = line.strip()
    return line.startswith(b"{") and line.endswith(b"}")
