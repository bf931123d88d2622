"""What nodes do, told: a Ready with all its parts, messages that leave and arrive, what storage threads have done.

A node's log and its commit index are told where a Ready prints them, not where they changed in memory: an instant
earlier, and nothing in between could show the difference. Entries are applied at once, or, with asynchronous storage,
when the apply thread says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    CommitAdvanced,
    EntryApplied,
    Event,
    LeaderLearned,
    VoteGranted,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UNKNOWN, Role
from raftlab.importers.etcd_script import beliefs
from raftlab.importers.etcd_script.account import HEADING, STORAGE
from raftlab.importers.etcd_script.log_lines import FROM_LEADER, restore
from raftlab.importers.etcd_script.printed import APPEND_THREAD

if TYPE_CHECKING:
    from raftlab.importers.etcd_script.printed import HardState, PrintedEntry, PrintedMessage, SoftState
    from raftlab.importers.etcd_script.reading import Ready, ThreadWork
    from raftlab.importers.etcd_script.telling import Telling

_BECAME: Final[dict[Role, type[Event]]] = {
    FOLLOWER: BecameFollower,
    PRE_CANDIDATE: BecamePreCandidate,
    CANDIDATE: BecameCandidate,
    LEADER: BecameLeader,
}
_ANSWERS: Final = {
    "MsgApp": "MsgAppResp",
    "MsgSnap": "MsgAppResp",
    "MsgHeartbeat": "MsgHeartbeatResp",
}


def tell_ready(telling: Telling, name: str, ready: Ready) -> None:
    """A node hands over what it wants stored, applied and sent."""
    telling.account.say(ready.line, HEADING if ready.must_sync is not None else "a Ready with nothing in it")
    telling.member(name).heard = None
    if ready.hard is not None:
        _term_and_vote(telling, name, ready.hard)
    if ready.soft is not None:
        _role(telling, name, ready.soft)
    if ready.snapshot is not None:
        telling.turn_to(ready.snapshot_line)
        restore(telling, name, ready.snapshot.index, ready.snapshot.term)
        telling.configure(name, ready.snapshot.config)
    for entry in ready.entries:
        telling.turn_to(entry.line)
        telling.append(name, entry)
    if ready.hard is not None:
        _commit(telling, name, ready.hard)
    for entry in ready.committed:
        if telling.member(name).asynchronous:
            telling.account.say(entry.line, "an entry that is applied later")
        else:
            _apply(telling, name, entry)
    for message in ready.messages:
        _leave(telling, name, message)
    for message in ready.messages:
        _show_role(telling, message, ready.hard is None)


def _show_role(telling: Telling, message: PrintedMessage, same_commit: bool) -> None:
    """A node of which a hidden stretch has left nothing known is what its messages make of it: who sends entries leads,
    who answers them follows. (Had it changed since, the same Ready would print its new state.) Without a hard state in
    this Ready the leader's commit index is still the one that its messages carry."""
    name, kind, to = message.sender, message.type, message.to
    node = telling.node(name)
    if message.local or name == to:
        return
    leads = kind in FROM_LEADER or kind == "MsgTimeoutNow"
    follows = kind == "MsgHeartbeatResp" or (kind == "MsgAppResp" and (message.rejected or message.index > 0))
    if not leads and not follows:
        return
    telling.turn_to(message.line)
    if node.role is UNKNOWN:
        telling.observe(name, role=LEADER if leads else FOLLOWER)
    if node.role is (LEADER if leads else FOLLOWER):
        if node.current_term is UNKNOWN:
            telling.observe(name, term=message.term)
        if node.leader is UNKNOWN and node.current_term == message.term:
            telling.observe(name, leader=name if leads else to)
    if kind == "MsgApp" and same_commit and node.role is LEADER and node.commit_index is UNKNOWN:
        telling.observe(name, commit=message.commit)


def _term_and_vote(telling: Telling, name: str, hard: HardState) -> None:
    telling.turn_to(hard.line)
    telling.advance(name, hard.term)
    if telling.node(name).voted_for is None and hard.vote is not None:
        telling.emit(name, VoteGranted, telling.member(name).trigger, candidate=hard.vote, term=hard.term)
    else:
        telling.observe(name, vote=hard.vote)


def _role(telling: Telling, name: str, soft: SoftState) -> None:
    telling.turn_to(soft.line)
    node, trigger = telling.node(name), telling.member(name).trigger
    if node.role is UNKNOWN:
        telling.observe(name, role=soft.role, leader=soft.leader)
    elif node.role is not soft.role:
        telling.emit(name, _BECAME[soft.role], trigger, term=node.current_term)
    node = telling.node(name)
    if node.leader is not UNKNOWN and node.leader != soft.leader:
        telling.emit(name, LeaderLearned, trigger, leader=soft.leader, term=node.current_term)
    else:
        telling.observe(name, leader=soft.leader)


def _commit(telling: Telling, name: str, hard: HardState) -> None:
    telling.turn_to(hard.line)
    known, member = telling.node(name).commit_index, telling.member(name)
    if known is not UNKNOWN and hard.commit > known:
        member.trigger = telling.emit(name, CommitAdvanced, member.trigger, index=hard.commit)
    else:
        telling.observe(name, commit=hard.commit)


def _apply(telling: Telling, name: str, entry: PrintedEntry) -> None:
    telling.turn_to(entry.line)
    applied = telling.node(name).last_applied
    if applied is UNKNOWN or entry.index > applied:
        telling.emit(name, EntryApplied, telling.member(name).trigger, index=entry.index)


def _leave(telling: Telling, name: str, message: PrintedMessage) -> None:
    """A message of a Ready: to another node, or to a storage thread, which sends the responses once it is done."""
    telling.turn_to(message.line)
    member = telling.member(name)
    if not message.local:
        tell_sent(telling, message, _cause(telling, message))
        return
    telling.account.say(message.line, STORAGE)
    member.asynchronous = True
    member.work += message.to == APPEND_THREAD
    for response in message.responses:
        if not response.local:
            member.promised.setdefault(response.same_as(), []).append(_cause(telling, response))


def tell_sent(telling: Telling, message: PrintedMessage, cause: int | None) -> None:
    """A message leaves its node."""
    telling.send(message, cause)
    beliefs.sent(telling, message)


def _cause(telling: Telling, message: PrintedMessage) -> int | None:
    """What a message answers, or which event made its node send it. A refusal of entries is told, if no line did."""
    member = telling.member(message.sender)
    owed = member.owed.get((message.type, message.to))
    cause = owed.pop(0) if owed else member.trigger
    if message.type == "MsgAppResp" and message.rejected:
        refusal = member.refused.pop((message.to, message.index), None)
        if refusal is None:
            fields = {"leader": message.to, "prev_log_index": message.index}
            refusal = telling.emit(message.sender, AppendRefused, cause, **fields)
        return refusal
    if message.entries:
        first = message.entries[0]
        return member.appended.get((first.index, first.term), cause)
    return cause


def tell_message(telling: Telling, message: PrintedMessage) -> None:
    """A message arrives, or is taken away."""
    telling.turn_to(message.line)
    if message.dropped:
        telling.drop(message)
        return
    member = telling.member(message.to)
    member.heard = message
    if message.local:
        telling.account.say(message.line, STORAGE)
        return
    member.trigger = position = telling.arrive(message)
    answer = _ANSWERS.get(message.type)
    if answer is not None:
        member.owed.setdefault((answer, message.sender), []).append(position)
    if message.type == "MsgApp":
        member.carried.update({(entry.index, entry.term): position for entry in message.entries})
    node = telling.node(message.to)
    follows = message.type in FROM_LEADER and message.term == node.current_term and node.role is FOLLOWER
    if follows and node.leader != message.sender:
        telling.emit(message.to, LeaderLearned, position, leader=message.sender, term=message.term)
    beliefs.heard(telling, message)


def tell_work(telling: Telling, work: ThreadWork) -> None:
    """A storage thread has done a task: entries are applied, and what was to be told then is under way."""
    telling.account.say(work.line, HEADING)
    if work.message is None:
        return
    name = work.message.sender
    member = telling.member(name)
    telling.account.say(work.message.line, STORAGE)
    if work.message.to == APPEND_THREAD:
        member.work -= 1
    else:
        for entry in work.message.entries:
            _apply(telling, name, entry)
    for response in work.responses:
        telling.turn_to(response.line)
        if response.local:
            telling.account.say(response.line, STORAGE)
            continue
        promised = member.promised.get(response.same_as())
        tell_sent(telling, response, promised.pop(0) if promised else None)
