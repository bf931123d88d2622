"""One pass over a timeline's events: each is looked at once, and what matters goes into a Record.

A million events take a second or two (most of it is decoding). A shutdown at the end is cut off before: hopeless
elections while the members stop, one after the other, are no trouble of the cluster's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, FOLLOWER, LEADER, REMOVED, UP
from raftlab.diagnose.leading import Leading
from raftlab.diagnose.record import LOST_PEER, Campaign, Down, Drop, Note, Record, Refusal, Way
from raftlab.diagnose.signs import NO_SIGN, is_signal, shutdown, sign_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.trace import Timeline

_SLOW_SYNC_US: Final = 100_000


def read(timeline: Timeline) -> Record:
    """Gather what a diagnosis needs."""
    from_source = timeline.header.source != "raftlab"
    record = Record(timeline, shutdown(timeline) if from_source else len(timeline))
    reader = _Reader(record)
    signs, looks, stop = record.speaking, _LOOKS, record.stop
    for position, event in enumerate(timeline):
        if position >= stop:
            break
        kind = type(event)
        look = looks.get(kind)
        if look is not None:
            look(reader, position, event)
        if kind not in NO_SIGN and event.node is not None:
            signs[event.node] = position
    reader.leading.finish()
    record.settle()
    return record


class _Reader:
    """What the pass has to remember."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.leading = Leading(record)
        self.open: dict[str, Campaign] = {}
        self.by_term: dict[tuple[str, int], Campaign] = {}
        self.handed: dict[str, int] = {}  # who was told to stand at once, and where
        self.down: dict[str, Down] = {}
        self.signals: dict[str, int] = {}  # who was asked to stop, and where

    def close(self, name: str, event: e.Event, outcome: str) -> None:
        """A node's campaign is over."""
        campaign = self.open.pop(name, None)
        if campaign is not None:
            campaign.to_us, campaign.outcome = event.at_us, outcome

    def campaign(self, name: str, term: Any, pre: bool) -> Campaign | None:
        """The campaign that a request or an answer belongs to. (A line may print the voter's own term.)"""
        found = None if pre or term is UNKNOWN else self.by_term.get((name, term))
        return found if found is not None and (found.to_us < 0 or name not in self.open) else self.open.get(name, found)


def _stand(reader: _Reader, at: int, event: e.BecameCandidate | e.BecamePreCandidate) -> None:
    name, pre = str(event.node), isinstance(event, e.BecamePreCandidate)
    before = reader.open.get(name)
    reader.close(name, event, "won" if before is not None and before.pre and not pre else "timed out")
    term = reader.leading.term_of(event)
    handed, stopping = reader.handed.pop(name, -1) >= 0, name in reader.signals
    campaign = Campaign(name, term, pre, event.at_us, at, transfer=handed, stopping=stopping)
    reader.record.campaigns.append(campaign)
    reader.open[name] = campaign
    if not pre:
        reader.by_term[name, term] = campaign
    reader.leading.stop(name, at, event)
    reader.leading.follow(name, None, at, event)


def _leader(reader: _Reader, at: int, event: e.BecameLeader) -> None:
    name = str(event.node)
    reader.close(name, event, "won")
    reader.leading.start(name, reader.leading.term_of(event), at, event.at_us)


def _follower(reader: _Reader, at: int, event: e.BecameFollower) -> None:
    name = str(event.node)
    reader.close(name, event, "lost")
    reader.handed.pop(name, None)
    term = reader.leading.term_of(event)
    reader.leading.stop(name, at, event)
    reader.leading.learn(name, event.leader, term, at, event)


def _learned(reader: _Reader, at: int, event: e.LeaderLearned) -> None:
    reader.leading.learn(str(event.node), event.leader, reader.leading.term_of(event), at, event)


def _term(reader: _Reader, at: int, event: e.TermAdvanced) -> None:
    reader.leading.term_of(event)


def _sent(reader: _Reader, at: int, event: e.MessageSent) -> None:
    message = event.message
    key = (str(event.node), event.to)
    way = reader.record.ways.get(key)
    if way is None:
        way = reader.record.ways[key] = Way()
    way.sent += 1
    if event.fate != "deliver":
        way.lost += 1
        way.lost_at = at
    elif event.due_us is not None:
        way.timed += 1
        way.delay_us += event.due_us - event.at_us
    if type(message) in _ASKS:
        campaign = reader.open.get(key[0])
        if campaign is not None:
            campaign.asked.setdefault(event.to, at)
            if message.last_log_index is not UNKNOWN:  # type: ignore[union-attr]
                campaign.end = (message.last_log_index, message.last_log_term)  # type: ignore[union-attr]
            campaign.transfer = campaign.transfer or getattr(message, "transfer", False)


_ASKS: Final = frozenset({m.RequestVote, m.PreVote})


def _received(reader: _Reader, at: int, event: e.MessageReceived) -> None:
    own = reader.open.get(event.node)  # type: ignore[arg-type]
    if own is not None:
        own.heard.setdefault(event.sender, at)
    message = event.message
    if type(message) in _ASKS:
        campaign = reader.campaign(event.sender, message.term, type(message) is m.PreVote)  # type: ignore[union-attr]
        if campaign is not None:
            campaign.arrived.setdefault(str(event.node), at)
    elif type(message) is m.TimeoutNow:
        reader.handed[str(event.node)] = at


def _counted(reader: _Reader, at: int, event: e.VoteCounted) -> None:
    campaign = reader.open.get(str(event.node))
    if campaign is not None and event.voter != event.node:
        campaign.heard.setdefault(event.voter, at)
        campaign.counted[event.voter] = at
        (campaign.granted if event.granted else campaign.refused).setdefault(event.voter, at)


def _granted(reader: _Reader, at: int, event: e.VoteGranted) -> None:
    if event.candidate == event.node:
        return
    campaign = reader.campaign(event.candidate, event.term, event.pre)
    if campaign is not None:
        campaign.arrived.setdefault(str(event.node), at)
        campaign.granted[str(event.node)] = at


def _refused(reader: _Reader, at: int, event: e.VoteRefused) -> None:
    voter = str(event.node)
    campaign = reader.campaign(event.candidate, event.term, event.pre)
    term = event.term
    if campaign is not None:
        campaign.arrived.setdefault(voter, at)
        campaign.refused[voter] = at
        term = campaign.term
    known = 0 if term is UNKNOWN else term
    refusal = Refusal(at, event.at_us, voter, event.candidate, event.reason, known, event.pre, campaign)
    reader.record.refusals.append(refusal)
    if campaign is not None and event.reason in ("log", "lease"):
        campaign.shorter.append(refusal)
        if event.reason == "lease":
            campaign.ignored.add(voter)


def _transfer(reader: _Reader, at: int, event: e.TransferStarted) -> None:
    reign = reader.leading.by_node.get(str(event.node))
    if reign is not None and event.target is not None:
        reign.transfers.append((at, event.target))


def _crashed(reader: _Reader, at: int, event: e.NodeCrashed) -> None:
    _fall(reader, at, event, str(event.node))


def _fall(reader: _Reader, at: int, event: e.Event, name: str) -> None:
    record = reader.record
    sign = record.speaking.get(name, at)
    before = record.timeline.event(at - 1) if at else None
    how, note, since_us = "silent", -1, event.at_us
    cause = record.timeline.event(event.cause) if event.cause is not None else None
    if isinstance(cause, e.CommandGiven):
        how, note = "command", event.cause or -1
    elif name in reader.signals:
        how, note = "stopped", reader.signals.pop(name)
        since_us = record.timeline.time_of(note)
    elif isinstance(before, e.SourceNoted) and before.node == name and before.at_us == event.at_us:
        how, note = "fatal", at - 1
    elif record.timeline.header.source == "raftlab":
        how = "command"
    if how == "silent":
        sign = sign_before(record.timeline, name, at, sign)
    down = Down(name, event.at_us, at, how, record.timeline.time_of(sign), sign, note, since_us)
    record.downs.append(down)
    reader.down[name] = down
    reader.close(name, event, "ended")
    reader.leading.stop(name, at, event, "stopped" if how == "stopped" else "ended", down)
    reader.leading.follow(name, None, at, event)


def _paused(reader: _Reader, at: int, event: e.NodePaused) -> None:
    name = str(event.node)
    reader.down[name] = Down(name, event.at_us, at, "paused", event.at_us, at, since_us=event.at_us)
    reader.record.downs.append(reader.down[name])


def _restarted(reader: _Reader, at: int, event: e.NodeRestarted | e.NodeResumed) -> None:
    down = reader.down.pop(str(event.node), None)
    if down is not None:
        down.to_us, down.to_at = event.at_us, at


def _removed(reader: _Reader, at: int, event: e.NodeRemoved) -> None:
    name = str(event.node)
    reader.record.removed.setdefault(name, (at, event.at_us))
    reader.close(name, event, "ended")
    reader.leading.stop(name, at, event, "removed")


def _observed(reader: _Reader, at: int, event: e.NodeObserved) -> None:
    name = str(event.node)
    term = reader.leading.term_of(event)
    record = reader.record
    if event.status is CRASHED or event.status is REMOVED:
        if name not in reader.down and event.status is CRASHED:
            _fall(reader, at, event, name)
        reader.leading.stop(name, at, event, "removed" if event.status is REMOVED else "ended")
        return
    if event.status is UP:
        if name in reader.down and reader.down[name].how != "paused":
            _restarted(reader, at, event)  # type: ignore[arg-type]
        if event.role is FOLLOWER and not record.reigns:
            record.boots = True  # the line that raft starts with: whoever leads first was elected at a start
    if event.role is LEADER:
        reader.leading.start(name, term, at, event.at_us)
    elif event.role is not UNKNOWN:
        reader.leading.stop(name, at, event, "seen")
    if event.leader is not UNKNOWN and event.role is not LEADER:
        reader.leading.learn(name, event.leader, term, at, event)


def _noted(reader: _Reader, at: int, event: e.SourceNoted) -> None:
    name = str(event.node)
    note = Note(at, event.at_us, name, event.text)
    reader.record.notes.append(note)
    lost = LOST_PEER.search(event.text) if "inactive" in event.text else None
    if lost is not None:
        reader.record.lost.setdefault(lost[1], []).append(note)
    if is_signal(event.text):
        reader.signals[name] = at
        reader.leading.asked(name, at)


def _created(reader: _Reader, at: int, event: e.ClusterCreated) -> None:
    reader.record.boots = reader.record.boots or bool(event.nodes)
    for name, rate in event.clocks.items():
        reader.record.clocks.append((at, event.at_us, name, rate))


def _config(reader: _Reader, at: int, event: e.ConfigChanged) -> None:
    reader.record.configs.append((at, event.at_us, str(event.node)))


def _truncated(reader: _Reader, at: int, event: e.LogTruncated) -> None:
    last = event.last_index
    if last is UNKNOWN:
        log = reader.record.timeline.state(at - 1).nodes[event.node].log
        last = log.last_index
    reader.record.drops.append(Drop(at, event.at_us, str(event.node), event.from_index, last))


def _snapshot(reader: _Reader, at: int, event: e.SnapshotInstalled) -> None:
    reader.record.snapshots.append((at, event.at_us, str(event.node), event.index))


def _link(reader: _Reader, at: int, event: e.LinkChanged) -> None:
    reader.record.cuts.append((at, event.at_us, event.source, event.target, event.cut))


def _clock(reader: _Reader, at: int, event: e.ClockChanged) -> None:
    reader.record.clocks.append((at, event.at_us, str(event.node), event.rate_ppm))


def _broken(reader: _Reader, at: int, event: e.InvariantBroken) -> None:
    reader.record.broken.append((at, event.at_us, event.invariant, event.text))


def _fsync(reader: _Reader, at: int, event: e.FsyncStarted) -> None:
    if event.due_us - event.at_us >= _SLOW_SYNC_US:
        reader.record.slow_syncs.append((at, event.at_us, str(event.node), event.due_us - event.at_us))


_LOOKS: Final[dict[type[e.Event], Callable[[_Reader, int, Any], None]]] = {
    e.ClusterCreated: _created,
    e.TermAdvanced: _term,
    e.BecameCandidate: _stand,
    e.BecamePreCandidate: _stand,
    e.BecameLeader: _leader,
    e.BecameFollower: _follower,
    e.LeaderLearned: _learned,
    e.MessageSent: _sent,
    e.MessageReceived: _received,
    e.VoteCounted: _counted,
    e.VoteGranted: _granted,
    e.VoteRefused: _refused,
    e.TransferStarted: _transfer,
    e.NodeCrashed: _crashed,
    e.NodePaused: _paused,
    e.NodeRestarted: _restarted,
    e.NodeResumed: _restarted,
    e.NodeRemoved: _removed,
    e.NodeObserved: _observed,
    e.SourceNoted: _noted,
    e.ConfigChanged: _config,
    e.LogTruncated: _truncated,
    e.SnapshotInstalled: _snapshot,
    e.LinkChanged: _link,
    e.ClockChanged: _clock,
    e.InvariantBroken: _broken,
    e.FsyncStarted: _fsync,
}
