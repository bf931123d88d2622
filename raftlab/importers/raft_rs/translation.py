"""A line of raft-rs in the words of etcd's library: the same transitions, so the same forms and tellers serve.

Ids are decimal here and hexadecimal there: they are translated, and back again for people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from raftlab.importers.raft_rs.lines import RaftRsLine

_MESSAGES: Final = {
    "MsgRequestVote": "MsgVote",
    "MsgRequestVoteResponse": "MsgVoteResp",
    "MsgRequestPreVote": "MsgPreVote",
    "MsgRequestPreVoteResponse": "MsgPreVoteResp",
    "MsgAppend": "MsgApp",
    "MsgAppendResponse": "MsgAppResp",
    "MsgHeartbeat": "MsgHeartbeat",
    "MsgHeartbeatResponse": "MsgHeartbeatResp",
    "MsgSnapshot": "MsgSnap",
    "MsgTimeoutNow": "MsgTimeoutNow",
}
_NAMED: Final = re.compile("|".join(sorted(_MESSAGES, key=len, reverse=True)))
_SETS: Final = re.compile(
    r"incoming: Configuration \{ voters: \{([\d, ]*)\} \}, outgoing: Configuration \{ voters: \{([\d, ]*)\}"
)
_LEARNERS: Final = re.compile(r"learners: \{([\d, ]*)\}")
_VOTE: Final = re.compile(
    r"(\[log_?term: \d+, index: \d+, vote: )(\d+)(\] )(cast vote for|rejected vote from|ignored vote from) (\d+) "
    r"\[log_?term: (\d+), index: (\d+)\](?: at term (\d+))?(: lease is not expired)?"
)
_IDS: Final = re.compile(r"\b(from|to|for|vote:|of) (\d+)\b")


def hexadecimal(number: str) -> str:
    """An id as etcd's library prints it."""
    return f"{int(number):x}"


def in_etcds_words(line: RaftRsLine) -> Iterator[str]:
    """The lines that etcd's library would have written; none where it has no such line."""
    me, fields, text = hexadecimal(line.id), line.fields, line.text
    kind = _MESSAGES.get(fields.get("type") or fields.get("msg type") or fields.get("msg") or "", "")
    term = fields.get("term", "0")
    if text == "newRaft":
        applied, last = fields.get("applied", 0), f"lastindex: {fields.get('last index', 0)}"
        yield (
            f"newRaft {me} [peers: [], term: {term}, commit: {fields.get('commit', 0)}, applied: {applied}, {last}, "
            f"lastterm: {fields.get('last term', 0)}]"
        )
    elif text == "starting a new election":
        yield f"{me} is starting a new election at term {term}"
    elif text == "broadcasting vote request":
        position = f"[logterm: {fields.get('log_term', 0)}, index: {fields.get('log_index', 0)}]"
        for peer in re.findall(r"\d+", fields.get("to", "")):
            yield f"{me} {position} sent {kind} request to {hexadecimal(peer)} at term {term}"
    elif re.fullmatch(r"\[logterm: \d+, index: \d+\] sent request to \d+", text):
        yield f"{me} {_IDS.sub(_hex, text).replace('sent request', f'sent {kind} request')} at term {term}"
    elif text == "received votes response":
        rejection = "" if fields.get("vote") == "true" else "rejection "
        yield f"{me} received {kind} {rejection}from {hexadecimal(fields.get('from', '0'))} at term {term}"
    elif text.startswith("received a message with higher term from "):
        sender = hexadecimal(text.rsplit(" ", 1)[1])
        other = f"from {sender} [term: {fields.get('message_term', 0)}]"
        yield f"{me} [term: {term}] received a {kind} message with higher term {other}"
    elif text.startswith("ignored a message with lower term from "):
        sender = hexadecimal(text.rsplit(" ", 1)[1])
        other = f"from {sender} [term: {fields.get('msg term', 0)}]"
        yield f"{me} [term: {term}] ignored a {kind} message with lower term {other}"
    elif text == "switched to configuration":
        yield f"{me} switched to configuration {_config(fields.get('config', ''))}"
    elif text == "restored snapshot":
        yield (
            f"{me} [commit: {fields.get('commit', 0)}, lastindex: {fields.get('last_index', 0)}, lastterm: "
            f"{fields.get('last_term', 0)}] restored snapshot [index: {fields.get('snapshot_index', 0)}, term: "
            f"{fields.get('snapshot_term', 0)}]"
        )
    else:
        found = _VOTE.fullmatch(text)
        yield f"{me} {_vote(found, kind, term)}" if found else f"{me} {_IDS.sub(_hex, _NAMED.sub(_etcds, text))}"


def _vote(found: re.Match[str], kind: str, term: str) -> str:
    own, vote, bracket, verb, other, log_term, index, at_term, lease = found.groups()
    what = {"cast vote for": f"cast {kind} for", "rejected vote from": f"rejected {kind} from"}.get(
        verb, f"ignored {kind} from"
    )
    own = own.replace("log_term", "logterm")
    position = f"[logterm: {log_term}, index: {index}]"
    end = f"at term {at_term or term}{lease or ''}"
    return f"{own}{hexadecimal(vote)}{bracket}{what} {hexadecimal(other)} {position} {end}"


def _config(text: str) -> str:
    found, learners = _SETS.search(text), _LEARNERS.search(text)
    if found is None:
        return text
    incoming, outgoing = (" ".join(re.findall(r"\d+", half)) for half in found.groups())
    told = f"voters=({incoming})" + (f"&&({outgoing})" if outgoing else "")
    return told + (f" learners=({' '.join(re.findall(r'[0-9]+', learners[1]))})" if learners and learners[1] else "")


def _hex(found: re.Match[str]) -> str:
    return f"{found[1]} {hexadecimal(found[2])}"


def _etcds(found: re.Match[str]) -> str:
    return _MESSAGES[found[0]]
