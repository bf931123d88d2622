"""Histories written by hand for the checker: what happens, in a few words each, and what is found broken."""

from __future__ import annotations

from raftlab.core.events import (
    BecameCandidate,
    BecameLeader,
    ClusterCreated,
    CommitAdvanced,
    ConfigChanged,
    EntriesAppended,
    EntriesApplied,
    EntryAppended,
    EntryApplied,
    Event,
    FsyncDone,
    FsyncStarted,
    NodeCrashed,
    NodeRestarted,
    ProgressChanged,
    TermAdvanced,
    VoteCounted,
    VoteGranted,
)
from raftlab.core.history import Change, Result
from raftlab.core.invariants import Broken, Checker
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Config, Entry, Parameters

CREATED = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"))
IMPORTED = ClusterCreated(0, None, None, None)
SLOW_DISKS = ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), parameters=Parameters(disk_fsync_us=1000))


def check(*history: Event | list[Event]) -> list[Broken]:
    """All that the checker finds in a history, which begins with a cluster of three unless it says otherwise."""
    checker = Checker()
    flat: list[Event] = []
    for event in history:
        flat.extend(event if isinstance(event, list) else [event])
    if not flat or type(flat[0]) is not ClusterCreated:
        flat.insert(0, CREATED)
    for position, event in enumerate(flat):
        checker.observe(position, event)
    return checker.broken


def broken(*history: Event | list[Event]) -> list[str]:
    """The names of what is broken, in order."""
    return [it.invariant for it in check(*history)]


def reaches(node: str, term: int) -> Event:
    return TermAdvanced(0, node, None, None, term)


def stands(node: str, term: int) -> list[Event]:
    return [reaches(node, term), BecameCandidate(0, node, None, None, term), *votes(node, term, node)]


def votes(candidate: str, term: int, *voters: str) -> list[Event]:
    """They give their votes, and the candidate counts them."""
    found: list[Event] = []
    for voter in voters:
        found += [grants(voter, candidate, term), counts(candidate, voter, term)]
    return found


def grants(voter: str, candidate: str, term: int, pre: bool = False) -> Event:
    return VoteGranted(0, voter, None, None, candidate, term, pre)


def counts(candidate: str, voter: str, term: int, pre: bool = False) -> Event:
    return VoteCounted(0, candidate, None, None, voter, True, term, pre)


def wins(node: str, term: int) -> Event:
    return BecameLeader(0, node, None, None, term)


def leads(node: str, term: int, *voters: str) -> list[Event]:
    """A node stands, gets the votes of these (or of n2; of n1, if it is n2 itself), and leads."""
    others = voters or ("n1" if node == "n2" else "n2",)
    return [*stands(node, term), *votes(node, term, *others), wins(node, term)]


def appends(node: str, index: int, term: int, text: str = "") -> Event:
    return EntryAppended(0, node, None, None, Entry(index, term, "normal", text))


def appends_all(node: str, *entries: Entry) -> Event:
    return EntriesAppended(0, node, None, None, entries)


def commits(node: str, index: int) -> Event:
    return CommitAdvanced(0, node, None, None, index)


def acknowledges(peer: str, index: int, leader: str = "n1") -> Event:
    """A leader moves its match index for a peer."""
    return ProgressChanged(0, leader, None, None, peer, index, index + 1, index)


def configures(node: str, *voters: str, outgoing: tuple[str, ...] = (), learners: tuple[str, ...] = ()) -> Event:
    return ConfigChanged(0, node, None, None, Config(voters, outgoing, learners))


def fsyncs(node: str, up_to: int, term: int = 0, vote: str | None = None) -> list[Event]:
    """An fsync, from beginning to end."""
    return [FsyncStarted(0, node, None, None, 1, up_to, term, vote), FsyncDone(0, node, None, None, up_to, term, vote)]


def crashes(node: str, term: int = UNKNOWN, vote: str | None = None, last_index: int = UNKNOWN) -> list[Event]:
    """A crash and a restart, with what survived if that isn't everything."""
    return [NodeCrashed(0, node, None, None, last_index, term, vote), NodeRestarted(0, node, None, None)]


def put(revision: int, value: str = "1", key: str = "x") -> Result:
    """The result of a write."""
    return Result("ok", None, (Change(key, value),), revision)


def applies(node: str, index: int, result: Result = UNKNOWN) -> Event:
    return EntryApplied(0, node, None, None, index, result)


def applies_all(node: str, first: int, *results: Result) -> Event:
    return EntriesApplied(0, node, None, None, first, results)
