"""The texts that etcd's raft library logs, and the pieces that matter in each.

All versions from 3.2 on, whatever envelope (zap, text, another program's) carried the text. A form is a name and a
pattern; the pattern's groups are the Fact's args. What is not a raft text has no form; a text that looks like raft's
but matches nothing is the form "unknown".

Identifiers are printed with `%x`, without leading zeros; `0` means nobody.
"""

from __future__ import annotations

import re
from typing import Final

_ID = r"([0-9a-f]+)"
_ME = r"[0-9a-f]+"
_POSITION = r"\[logterm: (\d+), index: (\d+)\]"
_TAIL = r"\[commit: \d+(?:, lastindex: \d+, lastterm: \d+)?\]"
_OWN = r"\[logterm: (\d+), index: (\d+), vote: ([0-9a-f]+)\]"

# By the text's second word (the first is the node's id), and in the order in which a word's forms are tried.
_BY_SECOND_WORD: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "became": (
        ("became_follower", r"became follower at term (\d+)"),
        ("became_candidate", r"became candidate at term (\d+)"),
        ("became_pre_candidate", r"became pre-candidate at term (\d+)"),
        ("became_leader", r"became leader at term (\d+)"),
    ),
    "[logterm:": (
        ("vote_sent", _POSITION + rf" sent (MsgVote|MsgPreVote|vote) request to {_ID} at term (\d+)"),
        ("vote_cast", _OWN + rf" (?:cast|voted for)(?: (MsgVote|MsgPreVote) for)? ?{_ID} {_POSITION} at term (\d+)"),
        ("vote_rejected", _OWN + rf" rejected (MsgVote|MsgPreVote|vote) from {_ID} {_POSITION} at term (\d+)"),
        (
            "vote_ignored_lease",
            _OWN + rf" ignored (MsgVote|MsgPreVote|vote) from {_ID} {_POSITION} at term (\d+): lease is not expired.*",
        ),
        (
            "vote_ignored_learner",
            _OWN + rf" ignored (MsgVote|MsgPreVote|vote) from {_ID} {_POSITION} at term (\d+): learner can not vote",
        ),
        ("append_rejected", _POSITION + rf" rejected [mM]sgApp {_POSITION} from {_ID}"),
    ),
    "received": (
        ("vote_received", rf"received (MsgVoteResp|MsgPreVoteResp|vote) (?:(rejection) )?from {_ID} at term (\d+)"),
        (
            "append_rejection",
            rf"received MsgAppResp\(MsgApp was rejected, lastindex: (\d+)()\) from {_ID} for index (\d+)",
        ),
        (
            "append_rejection",
            rf"received MsgAppResp\(rejected, hint: \(index (\d+), term (\d+)\)\) from {_ID} for index (\d+)",
        ),
        ("append_rejection", rf"received msgApp rejection\(lastindex: (\d+)()\) from {_ID} for index (\d+)"),
        ("timeout_now_not_promotable", rf"received MsgTimeoutNow from {_ID} but is not promotable"),
    ),
    "has": (("tally", r"has received (\d+) (?:\w+ )?votes and (\d+) vote rejections"),),
    "[quorum:": (("tally", r"\[quorum: *\d+\] has received (\d+) (?:\w+ )?votes and (\d+) vote rejections"),),
    "is": (
        ("election_due", r"is starting a new election at term (\d+)"),
        ("note", r"is unpromotable.*"),
        ("no_state", r"is (?:learner|already leader)\. Ignored transferring leadership.*"),
    ),
    "[term:": (
        ("higher_term", rf"\[term: (\d+)\] received a (\w+) message with higher term from {_ID} \[term: (\d+)\]"),
        ("lower_term", rf"\[term: (\d+)\] ignored a (\w+) message with lower term from {_ID} \[term: (\d+)\]"),
        ("no_state", r"\[term: \d+\] ignored entry appends from a \w+ message with lower term .*"),
    ),
    "[term": (
        ("transfer_started", rf"\[term (\d+)\] starts to transfer leadership to {_ID}"),
        ("transfer_aborted", rf"\[term (\d+)\] abort previous transferring leadership to {_ID}"),
        ("timeout_now_received", rf"\[term (\d+)\] received MsgTimeoutNow from {_ID} and starts an election.*"),
        ("note", r"\[term \d+(?: state \w+)?\] (?:transfer leadership to|ignored MsgTimeoutNow) .*"),
    ),
    "sends": (("timeout_now_sent", rf"sends MsgTimeoutNow to {_ID} immediately as .*"),),
    "sent": (("timeout_now_sent", rf"sent MsgTimeoutNow to {_ID} after received MsgAppResp"),),
    "stepped": (("quorum_not_active", r"stepped down to follower since quorum is not active"),),
    "switched": (("config", r"switched to configuration (.*)"),),
    "failed": (
        ("progress", rf"failed to send message to {_ID} because it is unreachable \[(.*)\]"),
        ("no_state", rf"failed to send snapshot to {_ME} because snapshot is temporarily unavailable"),
    ),
    "decreased": (("progress", rf"decreased progress of {_ID} to \[(.*)\]"),),
    "paused": (("progress", rf"paused sending replication messages to {_ID} \[(.*)\]"),),
    "restored": (("progress", rf"restored progress of {_ID} \[(.*)\]"),),
    "snapshot": (("progress", rf"snapshot \w+, resumed sending replication messages to {_ID} \[(.*)\]"),),
    "recovered": (
        ("progress", rf"recovered from needing snapshot, resumed sending replication messages to {_ID} \[(.*)\]"),
    ),
    "[firstindex:": (
        (
            "snapshot_sent",
            rf"\[firstindex: \d+, commit: (\d+)\] sent snapshot\[index: (\d+), term: (\d+)\] to {_ID} \[(.*)\]",
        ),
    ),
    "[commit:": (
        ("snapshot_restored", _TAIL + r" restored snapshot \[index: (\d+), term: (\d+)\]"),
        ("no_state", _TAIL + r" starts to restore snapshot .*"),
        ("note", r"\[commit: \d+\] ignored snapshot .*"),
        ("note", r"\[commit: \d+, lastindex: \d+, lastterm: \d+\] fast-forwarded commit to snapshot .*"),
    ),
    "forgetting": (("leader_forgotten", rf"forgetting leader {_ID} at term (\d+)"),),
    "no": (
        ("no_state", rf"no progress available for {_ME}"),
        ("note", r"no leader at term \d+; dropping .*"),
    ),
    "A": (("note", r"A tick missed to fire\. Node blocks too long!"),),
    "(leader": (("note", r"\(leader .*\) A tick missed to fire\. Node blocks too long!"),),
    "cannot": (("note", r"cannot campaign at term \d+ since there are still .*pending configuration changes.*"),),
    "not": (("note", rf"not forwarding to leader {_ME} at term \d+; dropping proposal"),),
    "ignoring": (
        ("no_state", r"ignoring MsgHup because already leader"),
        ("note", r"ignoring conf change .*"),
    ),
    "ignored": (("note", r"ignored addLeaner: .*"),),
    "can't": (("note", r"can't become learner when restores snapshot .*"),),
    "appending": (("note", r"appending new entries to log would exceed uncommitted entry size limit; .*"),),
    "attempted": (("note", r"attempted to restore snapshot .*"),),
    "invalid": (("note", r"invalid format of MsgReadIndexResp from .*"),),
    "state.commit": (("note", r"state\.commit \d+ is out of range .*"),),
}  # fmt: skip

# By the text's first word: those that name their node elsewhere, or not at all.
_BY_FIRST_WORD: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "newRaft": (
        (
            "new_raft",
            rf"newRaft {_ID} \[peers: \[(.*?)\], term: (\d+), commit: (\d+), applied: (\d+), "
            r"lastindex: (\d+), lastterm: (\d+)\]",
        ),
    ),
    "raft.node:": (
        ("leader_learned", rf"raft\.node: {_ID} (?:elected|changed) leader (?:from {_ME} to )?{_ID} at term (\d+)"),
        ("leader_lost", rf"raft\.node: {_ID} lost leader {_ID} at term (\d+)"),
    ),
    "found": (("conflict", r"found conflict at index (\d+) \[existing term: (\d+), conflicting term: (\d+)\]"),),
    "replace": (("no_state", r"replace the unstable entries from index \d+"),),
    "truncate": (("no_state", r"truncate the unstable entries before index \d+"),),
    "log": (("no_state", r"log \[.*\] starts to restore snapshot \[index: \d+, term: \d+\]"),),
    "ignore": (("no_state", rf"ignore sending snapshot to {_ME} since it is not recently active"),),
    "index(": (("note", r"index\(\d+\) is out of range .* in findConflictByTerm"),),
    "pending": (("note", r"pending MsgReadIndex should be released .*"),),
    "error": (("note", r"error occurred during (?:election|checking sending heartbeat): .*"),),
    "not": (("no_state", r"not initiating automatic transition out of joint configuration .*"),),
    "initiating": (("no_state", r"initiating automatic transition out of joint configuration .*"),),
    "ignoring": (("no_state", r"ignoring MsgForgetLeader due to ReadOnlyLeaseBased"),),
    "propose": (("note", r"propose conf .* ignored since pending unapplied configuration"),),
    "A": (("note", r"A tick missed to fire\. Node blocks too long!"),),
    "tocommit(": (("note", r"tocommit\(\d+\) is out of range .*"),),
    "applied(": (("note", r"applied\(\d+\) is out of range .*"),),
    "entry": (
        ("note", r"entry \d+ conflict with committed entry .*"),
        ("no_state", r"entry at .*; ignoring"),
    ),
}

_HEX: Final = frozenset("0123456789abcdef")
_ABSURD: Final = re.compile(r"\d{21}", re.ASCII)
"""A number that no term, index or id can be: they have 64 bits."""

LINE_STARTS: Final = (
    rf"{_ME} (?:{'|'.join(re.escape(word) for word in _BY_SECOND_WORD)})[ .]?|"
    + "|".join(re.escape(word) for word in _BY_FIRST_WORD)
).encode()
"""How a text that has a form begins: for a look at the bytes before anything is decoded."""


def _compiled(
    table: dict[str, tuple[tuple[str, str], ...]], prefix: str
) -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    return {
        word: [(form, re.compile(prefix + pattern, re.ASCII | re.DOTALL)) for form, pattern in forms]
        for word, forms in table.items()
    }


_SECOND: Final = _compiled(_BY_SECOND_WORD, r"[0-9a-f]+ ")
_FIRST: Final = _compiled(_BY_FIRST_WORD, "")
_NAMED_IN_TEXT: Final = frozenset({"new_raft", "leader_learned", "leader_lost"})


def form_of(text: str) -> tuple[str, str, tuple[str, ...]] | None:
    """(form, the node's id or "", args) of a raft text; None if it isn't one.

    The id is "" where the text doesn't tell whose it is: then it is that of the lines around it.
    """
    words = text.split(" ", 2)
    first = words[0]
    if _ABSURD.search(text) is not None:
        return ("unknown", "", ()) if len(words) > 1 and _HEX.issuperset(first) else None
    forms = _FIRST.get(first if "(" not in first else first[: first.index("(") + 1])
    if forms is not None:
        for form, pattern in forms:
            found = pattern.fullmatch(text)
            if found is not None:
                args = tuple(part or "" for part in found.groups())
                return (form, args[0], args[1:]) if form in _NAMED_IN_TEXT else (form, "", args)
    elif len(words) > 1 and _HEX.issuperset(first):
        second = "[quorum:" if words[1].startswith("[quorum:") else words[1]
        for form, pattern in _SECOND.get(second, ()):
            found = pattern.fullmatch(text)
            if found is not None:
                return form, first, tuple(part or "" for part in found.groups())
        if len(first) < 8 and second not in _SECOND:
            return None  # an English word of the letters a to f ("added member"), not an id
    else:
        return None
    return "unknown", "", ()
