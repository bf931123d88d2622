"""Lines of raft's own log, told: roles, terms, votes, configurations, conflicts, beliefs about peers.

The forms of these lines are those of a server's log (raft_forms.py). Here each stands where it was printed, so whatever
led to it is known: the message that the node handles, or the command that it was given. A teller takes (telling, name,
args) and emits events; what says nothing new gets back the reason. Its args are the pieces that the form picks out, and
the whole text as the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from raftlab.core.events import (
    AppendRefused,
    BecameCandidate,
    BecameFollower,
    BecameLeader,
    BecamePreCandidate,
    LeaderLearned,
    LogTruncated,
    SnapshotInstalled,
    SourceNoted,
    TimerFired,
    TransferStarted,
    VoteCounted,
    VoteGranted,
    VoteRefused,
)
from raftlab.core.model import CANDIDATE, FOLLOWER, PRE_CANDIDATE, UNKNOWN
from raftlab.importers.etcd_script import printed
from raftlab.importers.etcd_script.account import NO_STATE, REPEATS, UNKNOWN_FORM
from raftlab.importers.etcd_script.beliefs import believe
from raftlab.importers.etcd_script.printed import LogLine, node_name
from raftlab.importers.raft_forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.importers.etcd_script.telling import Telling

    Teller = Callable[[Telling, str, tuple[str, ...]], str | None]

FROM_LEADER: Final = frozenset({"MsgApp", "MsgHeartbeat", "MsgSnap"})


def tell_log_line(telling: Telling, current: str | None, line: LogLine) -> None:
    """One line; `current` is the node that the lines around it are about, for those that name none."""
    telling.turn_to(line.line)
    found = form_of(line.text)
    teller = None if found is None else _TELLERS.get(found[0])
    if found is None or teller is None:
        telling.account.say(line.line, UNKNOWN_FORM)
        return
    _, identifier, args = found
    name = node_name(identifier) if identifier else current
    if name is None:
        telling.account.say(line.line, UNKNOWN_FORM)
    else:
        reason = teller(telling, name, (*args, line.text))
        if reason is not None:
            telling.account.say(line.line, reason)


# --- roles and terms ------------------------------------------------------------------------------------------------


def _new_raft(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    told = printed.new_raft(args[-1])
    if told is not None:
        telling.observe(
            name, role=FOLLOWER, term=told.term, leader=None, commit=told.commit, applied=told.applied,
            **({"vote": None} if not told.term else {}),
        )  # fmt: skip
        telling.observe_end(name, told.last_index, told.last_term)
    return None


def _note(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    text = args[-1].removeprefix(f"{int(name):x} ")
    telling.emit(name, SourceNoted, telling.member(name).trigger, text=text)
    return None


def _election_due(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    telling.observe(name, term=int(args[0]))
    if not telling.ticking:
        return REPEATS  # somebody asked for it: a command, or a leader that hands over
    telling.member(name).trigger = telling.emit(name, TimerFired, timer="election")
    return None


def _became_follower(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member, term = telling.member(name), int(args[0])
    heard = member.heard
    telling.advance(name, term)
    from_leader = heard is not None and heard.type in FROM_LEADER and heard.term == term
    leader = heard.sender if heard is not None and from_leader else None
    reason = "" if heard is None else f"{heard.type} from {heard.sender}"
    member.trigger = telling.emit(name, BecameFollower, member.trigger, term=term, leader=leader, reason=reason)
    member.leads, member.followed = False, {}
    return None


def _became_candidate(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member, term = telling.member(name), int(args[0])
    telling.advance(name, term)
    member.trigger = telling.emit(name, BecameCandidate, member.trigger, term=term)
    telling.emit(name, VoteGranted, member.trigger, candidate=name, term=term)
    return None


def _became_pre_candidate(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member, term = telling.member(name), int(args[0])
    telling.advance(name, term)
    member.trigger = telling.emit(name, BecamePreCandidate, member.trigger, term=term)
    return None


def _became_leader(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member, term = telling.member(name), int(args[0])
    telling.advance(name, term)
    member.trigger = telling.emit(name, BecameLeader, member.trigger, term=term)
    member.leads, member.followed = True, {}
    return None


def _higher_term(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    telling.observe(name, term=int(args[0]))
    return "the next line says what comes of it"


def _lower_term(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member, kind, sender = telling.member(name), args[1], node_name(args[2])
    telling.observe(name, term=int(args[0]))
    owed = member.owed.get((_ANSWERS.get(kind, ""), sender))
    if owed:
        owed.pop()
    telling.emit(name, SourceNoted, member.trigger, text=f"it ignores a {kind} of the older term {args[3]}")
    return None


_ANSWERS: Final = {"MsgApp": "MsgAppResp", "MsgSnap": "MsgAppResp", "MsgHeartbeat": "MsgHeartbeatResp"}


def _quorum_not_active(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    text = "it has not heard of a majority within an election timeout, and steps down"
    telling.member(name).trigger = telling.emit(name, SourceNoted, text=text)
    return None


def _leader_forgotten(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    telling.emit(name, LeaderLearned, telling.member(name).trigger, leader=None, term=int(args[1]))
    return None


# --- votes ----------------------------------------------------------------------------------------------------------


def _own_log(telling: Telling, name: str, args: tuple[str, ...]) -> None:
    """`[logterm: 1, index: 11, vote: 0]` tells where the node's log ends, and its vote."""
    telling.observe_end(name, int(args[1]), int(args[0]))
    if telling.node(name).voted_for is UNKNOWN:
        telling.observe(name, vote=None if args[2] == "0" else node_name(args[2]))


def _vote_sent(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    telling.observe_end(name, int(args[1]), int(args[0]))
    return "the message is told when it leaves"


def _vote_cast(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    _own_log(telling, name, args)
    _answer(telling, name, args, None)
    return None


def _vote_rejected(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    _own_log(telling, name, args)
    log_term, index, vote, kind, candidate, its_log_term, its_index, *_ = args
    if (int(its_log_term), int(its_index)) < (int(log_term), int(index)):
        reason = "log"
    else:
        reason = "voted" if kind == "MsgVote" and vote not in ("0", candidate) else "unknown"
    _answer(telling, name, args, reason)
    return None


def _vote_ignored(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    _own_log(telling, name, args)
    _refuse(telling, name, args, "lease")
    return None


def _vote_ignored_learner(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    _own_log(telling, name, args)
    _refuse(telling, name, args, "learner")
    return None


def _answer(telling: Telling, name: str, args: tuple[str, ...], reason: str | None) -> None:
    """A vote, or a refusal for a reason; its answer leaves later."""
    member, kind, candidate = telling.member(name), args[3], node_name(args[4])
    if reason is None:
        fields = {"candidate": candidate, "term": int(args[7]), "pre": kind == "MsgPreVote"}
        position = telling.emit(name, VoteGranted, member.trigger, **fields)
    else:
        position = _refuse(telling, name, args, reason)
    member.owed.setdefault((f"{kind}Resp", candidate), []).append(position)


def _refuse(telling: Telling, name: str, args: tuple[str, ...], reason: str) -> int:
    trigger, candidate = telling.member(name).trigger, node_name(args[4])
    pre = args[3] == "MsgPreVote"
    return telling.emit(name, VoteRefused, trigger, candidate=candidate, reason=reason, term=int(args[7]), pre=pre)


def _vote_received(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    kind, rejection, voter, term, _ = args
    member = telling.member(name)
    if telling.node(name).role is UNKNOWN:
        telling.observe(name, role=PRE_CANDIDATE if kind == "MsgPreVoteResp" else CANDIDATE, term=int(term))
    counted = {"voter": node_name(voter), "granted": not rejection, "term": int(term), "pre": kind == "MsgPreVoteResp"}
    member.trigger = telling.emit(name, VoteCounted, member.trigger, **counted)
    return None


# --- logs, snapshots, peers, configurations -------------------------------------------------------------------------


def _append_rejected(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    """The first pair is what the node has at the leader's index, not the end of its log."""
    leader, index, member = node_name(args[4]), int(args[3]), telling.member(name)
    refusal = telling.emit(name, AppendRefused, member.trigger, leader=leader, prev_log_index=index)
    member.refused[leader, index] = refusal
    return None


def _conflict(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    first, last = int(args[0]), telling.node(name).log.last_index
    if last is not UNKNOWN and last < first:
        return REPEATS
    telling.emit(name, LogTruncated, telling.member(name).trigger, from_index=first, last_index=last)
    return None


def _snapshot_restored(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    return restore(telling, name, int(args[0]), int(args[1]))


def restore(telling: Telling, name: str, index: int, term: int) -> str | None:
    """A node takes a snapshot over."""
    node, member = telling.node(name), telling.member(name)
    if node.log.snapshot_index == index and node.log.last_index == index and node.commit_index == index:
        return REPEATS
    member.trigger = telling.emit(name, SnapshotInstalled, member.trigger, index=index, term=term)
    return None


def _progress(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    """`[StateProbe match=0 next=1]`; a peer that has caught up by a snapshot is printed as it was before."""
    peer, belief, text = args
    told = printed.progress(belief, node_name(peer))
    if told is None:
        return NO_STATE
    if " recovered from needing snapshot" in text:
        told = replace(told, state="replicate", next_index=told.match_index + 1)
    return believe(telling, name, told)


def _config(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    config = printed.configuration(args[0])
    if config is None:
        return UNKNOWN_FORM
    return None if telling.configure(name, config) else REPEATS


def _transfer_started(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    member = telling.member(name)
    member.trigger = telling.emit(name, TransferStarted, member.trigger, target=node_name(args[1]))
    return None


def _transfer_aborted(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    telling.emit(name, TransferStarted, telling.member(name).trigger, target=None)
    return None


def _not_promotable(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    text = "it is asked to start an election, but can't be elected"
    telling.emit(name, SourceNoted, telling.member(name).trigger, text=text)
    return None


def _told_by_messages(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    return "the messages around it tell it"


def _no_state(telling: Telling, name: str, args: tuple[str, ...]) -> str | None:
    return NO_STATE


_TELLERS: Final[dict[str, Teller]] = {
    "new_raft": _new_raft,
    "note": _note,
    "no_state": _no_state,
    "tally": _no_state,
    "election_due": _election_due,
    "became_follower": _became_follower,
    "became_candidate": _became_candidate,
    "became_pre_candidate": _became_pre_candidate,
    "became_leader": _became_leader,
    "higher_term": _higher_term,
    "lower_term": _lower_term,
    "quorum_not_active": _quorum_not_active,
    "leader_forgotten": _leader_forgotten,
    "vote_sent": _vote_sent,
    "vote_cast": _vote_cast,
    "vote_rejected": _vote_rejected,
    "vote_ignored_lease": _vote_ignored,
    "vote_ignored_learner": _vote_ignored_learner,
    "vote_received": _vote_received,
    "append_rejected": _append_rejected,
    "append_rejection": _told_by_messages,
    "conflict": _conflict,
    "progress": _progress,
    "config": _config,
    "transfer_started": _transfer_started,
    "transfer_aborted": _transfer_aborted,
    "timeout_now_sent": _told_by_messages,
    "timeout_now_received": _told_by_messages,
    "timeout_now_not_promotable": _not_promotable,
    "snapshot_sent": _told_by_messages,
    "snapshot_restored": _snapshot_restored,
}
