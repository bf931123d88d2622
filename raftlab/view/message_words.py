"""Messages in words: a label of a few letters for a picture, a sentence for a list.

A request is what asks for something, a reply what answers; a heartbeat is an AppendEntries that carries
nothing. Labels name the term where the term is the point ("vote? 5"), else the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.log import Entry

HEART = "\u2665"
_REPLIES = (
    m.RequestVoteReply,
    m.PreVoteReply,
    m.AppendEntriesReply,
    m.InstallSnapshotReply,
    m.HeartbeatReply,
    m.ReadIndexReply,
)


def is_reply(message: m.Message | None) -> bool:
    """Whether it answers another message."""
    return isinstance(message, _REPLIES)


def is_heartbeat(message: m.Message | None) -> bool:
    """Whether it only says "I still lead"."""
    return isinstance(message, m.Heartbeat) or (isinstance(message, m.AppendEntries) and not message.entries)


def message_label(message: m.Message | None) -> str:
    """A message in at most some fourteen letters: "vote? 5", "AE 7:x=9", "ok 7"."""
    if message is None:
        return "?"
    found = _LABELS.get(type(message))
    return found(message) if found else type(message).__name__


def message_name(message: m.Message | None) -> str:
    """What a message is, as a noun that follows a verb: "its vote", "AppendEntries with entry 7"."""
    if message is None:
        return "a message"
    found = _NAMES.get(type(message))
    return found(message) if found else type(message).__name__


def entry_text(entry: Entry) -> str:
    """What an entry carries, in short; a no-op and a configuration have no text of their own."""
    return entry.text or {"noop": "no-op", "config": "config"}.get(entry.kind, "")


def indices(first: int, last: int) -> str:
    """ "entry 4", "entries 4-6"."""
    return f"entry {first}" if first == last else f"entries {first}-{last}"


def place(index: Any, term: Any) -> str:
    """A place in a log as index:term, with a question mark for what isn't known."""
    return f"{_or_mark(index)}:{_or_mark(term)}"


def _or_mark(value: Any) -> str:
    return "?" if value is UNKNOWN or value is None else str(value)


def _entries_label(entries: tuple[Entry, ...]) -> str:
    first, last = entries[0], entries[-1]
    if len(entries) > 1:
        return f"{first.index}-{last.index}"
    text = entry_text(first)
    return f"{first.index}:{text}" if text and len(text) <= 8 else str(first.index)


def _append_label(message: m.AppendEntries) -> str:
    return f"AE {_entries_label(message.entries)}" if message.entries else f"AE {HEART}"


def _append_reply_label(message: m.AppendEntriesReply) -> str:
    if message.success:
        return f"ok {_or_mark(message.match_index)}"
    return f"no {_or_mark(message.rejected_index)}"


def _append_name(message: m.AppendEntries) -> str:
    after = f"after {place(message.prev_log_index, message.prev_log_term)}"
    if not message.entries:
        return f"a heartbeat (empty AppendEntries {after})"
    return f"AppendEntries: {indices(message.entries[0].index, message.entries[-1].index)} {after}"


def _append_reply_name(message: m.AppendEntriesReply) -> str:
    if message.success:
        matched = message.match_index
        return "ok" if matched is UNKNOWN else f"ok: our logs agree up to entry {matched}" if matched else "ok"
    rejected = message.rejected_index
    return "no" if rejected is UNKNOWN else f"no: what stands at index {rejected} doesn't fit" if rejected else "no"


def _yes(granted: bool) -> str:
    return "yes" if granted else "no"


def _of_term(message: m.Message) -> str:
    return "" if message.term is UNKNOWN else f" of term {message.term}"


def _log_end(message: m.RequestVote | m.PreVote) -> str:
    if message.last_log_index is UNKNOWN:
        return ""
    return f"; its log ends at {place(message.last_log_index, message.last_log_term)}"


_LABELS: dict[type[m.Message], Callable[[Any], str]] = {
    m.RequestVote: lambda message: f"vote? {_or_mark(message.term)}",
    m.RequestVoteReply: lambda message: f"vote {_yes(message.granted)}",
    m.PreVote: lambda message: f"pre? {_or_mark(message.term)}",
    m.PreVoteReply: lambda message: f"pre {_yes(message.granted)}",
    m.AppendEntries: _append_label,
    m.AppendEntriesReply: _append_reply_label,
    m.InstallSnapshot: lambda message: f"snap {_or_mark(message.last_index)}",
    m.InstallSnapshotReply: lambda message: f"snap ok {_or_mark(message.match_index)}",
    m.TimeoutNow: lambda message: "your turn",
    m.Heartbeat: lambda message: HEART,
    m.HeartbeatReply: lambda message: f"ok {HEART}",
    m.ReadIndex: lambda message: "read?",
    m.ReadIndexReply: lambda message: f"read {_or_mark(message.read_index)}",
    m.Proposal: lambda message: f"prop {message.entries[0].text[:8]}" if message.entries else "prop",
    m.OtherMessage: lambda message: message.name[:12] or "?",
}

_NAMES: dict[type[m.Message], Callable[[Any], str]] = {
    m.RequestVote: lambda message: f"RequestVote{_of_term(message)}{_log_end(message)}",
    m.RequestVoteReply: lambda message: (
        f"its answer: {_yes(message.granted)}, {'' if message.granted else 'no '}vote{_of_term(message)}"
    ),
    m.PreVote: lambda message: f"PreVote{_of_term(message)}{_log_end(message)}",
    m.PreVoteReply: lambda message: f"its answer to a PreVote: {_yes(message.granted)}",
    m.AppendEntries: _append_name,
    m.AppendEntriesReply: _append_reply_name,
    m.InstallSnapshot: lambda message: f"a snapshot up to {place(message.last_index, message.last_term)}",
    m.InstallSnapshotReply: lambda message: f"ok: the snapshot is stored up to entry {_or_mark(message.match_index)}",
    m.TimeoutNow: lambda message: "TimeoutNow: stand for election at once",
    m.Heartbeat: lambda message: "a heartbeat",
    m.HeartbeatReply: lambda message: "its answer to a heartbeat",
    m.ReadIndex: lambda message: "a question: from which index may I answer a read?",
    m.ReadIndexReply: lambda message: f"the index for a read: {_or_mark(message.read_index)}",
    m.Proposal: lambda message: "a client's request, passed on",
    m.OtherMessage: lambda message: f"{message.name or 'a message'} (raftlab has no counterpart)",
}
