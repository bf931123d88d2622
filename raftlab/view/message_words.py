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


def message_noun(message: m.Message | None) -> str:
    """The same behind a colon: "ok, our logs agree up to entry 5"."""
    return message_name(message).removeprefix("its answer: ").replace(": ", ", ", 1)


def entry_text(entry: Entry) -> str:
    """What an entry carries, in short, for a slot of a log; of a configuration only that it is one, or a joint one."""
    if entry.kind == "config":
        return "joint" if "outgoing" in entry.text.split() else "config"
    return entry.text or ("no-op" if entry.kind == "noop" else "")


def entry_words(entry: Entry) -> str:
    """What an entry carries, for a sentence; of a configuration all who are in it."""
    if entry.kind != "config" or not entry.text:
        return entry_text(entry)
    words = entry.text.split()
    if words[0] not in _CONFIG_WORDS:
        return f"configuration {entry.text}"  # a foreign source's own way to say it
    parts = [
        f"{_CONFIG_WORDS.get(field, field)}{names.replace(',', ', ')}"
        for field, names in zip(words[0::2], words[1::2], strict=False)
    ]
    return f"configuration {' '.join(parts)}"


_CONFIG_WORDS = {
    "voters": "", "outgoing": "jointly with ", "learners": "with the learners ", "learners_next": "and later ",
}  # fmt: skip
"""The fields of a configuration as our engine writes them into an entry, and what they are called here."""


def indices(first: int, last: int) -> str:
    """ "entry 4", "entries 4 to 6"."""
    return f"entry {first}" if first == last else f"entries {first} to {last}"


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


def _snapshot_label(message: m.InstallSnapshot) -> str:
    """The whole of it, or which piece: "snap 12", "snap 12+400"."""
    piece = f"+{message.offset}" if message.offset else ""
    return f"snap {_or_mark(message.last_index)}{piece or ('' if message.done else '+0')}"


def _snapshot_name(message: m.InstallSnapshot) -> str:
    upto = f"its snapshot up to {place(message.last_index, message.last_term)}"
    if message.done and not message.offset:
        return upto
    first, last = message.offset + 1, message.offset + len(message.data)
    return f"{'the last' if message.done else 'a'} piece of {upto} (characters {first} to {last})"


def _snapshot_reply_label(message: m.InstallSnapshotReply) -> str:
    return f"snap ok {_or_mark(message.match_index)}" if message.match_index else f"snap +{message.stored}"


def _snapshot_reply_name(message: m.InstallSnapshotReply) -> str:
    if message.match_index:
        return f"ok: I hold all up to entry {_or_mark(message.match_index)}"
    return f"ok: I have {message.stored} characters of the snapshot" if message.stored else "no: nothing of it is kept"


def _read_reply_name(message: m.ReadIndexReply) -> str:
    if message.read_index is UNKNOWN:
        return "its answer to a read: I can't tell, ask again"
    return f"its answer to a read: from entry {message.read_index} on"


def _proposal_name(message: m.Proposal) -> str:
    text = entry_words(message.entries[0]) if message.entries else ""
    return f"a client's request{f': {text}' if text else ''}"


def _yes(granted: bool) -> str:
    return "yes" if granted else "no"


def _of_term(message: m.Message) -> str:
    return "" if message.term is UNKNOWN else f" of term {message.term}"


def _log_end(message: m.RequestVote | m.PreVote) -> str:
    if message.last_log_index is UNKNOWN:
        return ""
    return f": its log ends at {place(message.last_log_index, message.last_log_term)}"


def _asked_to(message: m.RequestVote) -> str:
    return ", and its leader has asked it to stand" if message.transfer else ""


_LABELS: dict[type[m.Message], Callable[[Any], str]] = {
    m.RequestVote: lambda message: f"vote? {_or_mark(message.term)}",
    m.RequestVoteReply: lambda message: f"vote {_yes(message.granted)}",
    m.PreVote: lambda message: f"pre? {_or_mark(message.term)}",
    m.PreVoteReply: lambda message: f"pre {_yes(message.granted)}",
    m.AppendEntries: _append_label,
    m.AppendEntriesReply: _append_reply_label,
    m.InstallSnapshot: _snapshot_label,
    m.InstallSnapshotReply: _snapshot_reply_label,
    m.TimeoutNow: lambda message: "your turn",
    m.Heartbeat: lambda message: HEART,
    m.HeartbeatReply: lambda message: f"ok {HEART}",
    m.ReadIndex: lambda message: "read?",
    m.ReadIndexReply: lambda message: f"read {_or_mark(message.read_index)}",
    m.Proposal: lambda message: f"prop {message.entries[0].text[:8]}" if message.entries else "prop",
    m.OtherMessage: lambda message: message.name[:12] or "?",
}

_NAMES: dict[type[m.Message], Callable[[Any], str]] = {
    m.RequestVote: lambda message: f"RequestVote{_of_term(message)}{_log_end(message)}{_asked_to(message)}",
    m.RequestVoteReply: lambda message: (
        f"its answer: {_yes(message.granted)}, {'' if message.granted else 'no '}vote{_of_term(message)}"
    ),
    m.PreVote: lambda message: f"PreVote{_of_term(message)}{_log_end(message)}",
    m.PreVoteReply: lambda message: f"its answer to a PreVote: {_yes(message.granted)}",
    m.AppendEntries: _append_name,
    m.AppendEntriesReply: _append_reply_name,
    m.InstallSnapshot: _snapshot_name,
    m.InstallSnapshotReply: _snapshot_reply_name,
    m.TimeoutNow: lambda message: "TimeoutNow: stand for election at once",
    m.Heartbeat: lambda message: "a heartbeat",
    m.HeartbeatReply: lambda message: "its answer to a heartbeat",
    m.ReadIndex: lambda message: "ReadIndex: from which entry on may I answer a read?",
    m.ReadIndexReply: _read_reply_name,
    m.Proposal: _proposal_name,
    m.OtherMessage: lambda message: f"{message.name or 'a message'} (raftlab has no counterpart)",
}
