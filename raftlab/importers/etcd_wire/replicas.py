"""What messages show of the logs: entries, conflicts, commit indices, and what a leader knows of its peers.

A leader holds what it sends. A follower takes entries if its log holds what stands before them; if what we know of its
log can't tell, its answer does. The entries of term 1 are those that etcd starts a cluster with (one for each member):
nobody is elected in that term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.events import (
    CommitAdvanced,
    EntriesAppended,
    EntryAppended,
    LogTruncated,
    NodeObserved,
    ProgressChanged,
    SnapshotInstalled,
)
from raftlab.core.model import LEADER, UNKNOWN, Entry
from raftlab.importers.etcd_wire.message import Wire, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.importers.etcd_wire.onlooker import Onlooker
    from raftlab.importers.fact import Fact
    from raftlab.importers.raft_member import Member

_FIRST_TERM = 1


class Replicas:
    """The logs as an onlooker knows them.

    `sent` is up to where a leader has sent entries to a peer in its term, `offers` what a follower of an unknown log
    was sent and hasn't answered. `exact` are the entries that a WAL shows, by (index, term).
    """

    def __init__(self, onlooker: Onlooker, wires: Iterable[Fact], exact: dict[tuple[int, int], Entry]) -> None:
        self.onlooker = onlooker
        self.telling = onlooker.telling
        self.sent: dict[tuple[str, str, int], int] = {}
        self.offers: dict[tuple[str, str], list[Wire]] = {}
        self.first_entries: dict[int, Entry] = {}
        self.exact = exact
        for fact in wires:
            if fact.payload.type == "MsgApp":
                for entry in self.entries(fact.payload):
                    if entry.term == _FIRST_TERM:
                        self.first_entries.setdefault(entry.index, entry)

    def entries(self, wire: Wire) -> tuple[Entry, ...]:
        """The entries that a message carries; index and term name an entry, so a WAL's text of it will do."""
        seen = entries_of(wire)
        if not self.exact:
            return seen
        return tuple(self.exact.get((entry.index, entry.term), entry) for entry in seen)

    # --- the leader --------------------------------------------------------------------------------------------

    def before_sending(self, leader: Member, wire: Wire) -> None:
        """What its messages show of the sender's log before anybody may ask whether it leads."""
        if wire.type in ("MsgVote", "MsgPreVote"):
            self.end_at(leader, wire.index, wire.log_term)
        elif wire.type == "MsgApp" and self._leads_or_will(leader, wire.term):
            log = self.onlooker.state(leader).log
            if log.last_index is UNKNOWN and log.entry(wire.index) is None:
                self.end_at(leader, wire.index, wire.log_term)

    def _leads_or_will(self, member: Member, term: int) -> bool:
        now = self.onlooker.state(member).current_term
        return now is UNKNOWN or now <= term

    def sends_entries(self, leader: Member, to: Member, wire: Wire) -> None:
        """A leader holds what it sends, and says how far it has committed."""
        state = self.onlooker.state(leader)
        if state.role is not LEADER or state.current_term != wire.term:
            return
        key = leader.id, to.id, wire.term
        self.sent[key] = max(self.sent.get(key, 0), wire.last)
        log, last = state.log, state.log.last_index
        held = max((entry.index for entry in log.tail(1)), default=0) or log.snapshot_index
        if not len(log) and last is not UNKNOWN:
            held = last
        new = tuple(entry for entry in self.entries(wire) if entry.index > held)
        if new:
            self._append(leader, new, None)
            if last is not UNKNOWN and new[-1].index < last:
                self._observe_end(leader, last, log.last_term)
        elif last is UNKNOWN and wire.last >= held:
            self._observe_end(leader, wire.last, wire.entries[-1][1] if wire.entries else wire.log_term)
        self._commit(leader, wire.commit, None)

    # --- the follower ------------------------------------------------------------------------------------------

    def takes_entries(self, member: Member, leader: Member, wire: Wire, receipt: int) -> None:
        """A MsgApp arrives."""
        state = self.onlooker.state(member)
        now, commit = state.current_term, state.commit_index
        if now is UNKNOWN or now > wire.term:
            self._keep_offer(member, leader, wire)
            return
        if commit is not UNKNOWN and wire.index < commit:
            return  # etcd answers with its commit index, and looks at nothing
        fits = self._fits(member, wire)
        if fits is None:
            self._keep_offer(member, leader, wire)
        elif fits:
            self._store(member, wire, receipt)

    def takes_heartbeat(self, member: Member, wire: Wire, receipt: int) -> None:
        """A heartbeat arrives: what its leader has committed, and this follower is known to hold, is committed here."""
        state = self.onlooker.state(member)
        if state.current_term == wire.term and state.commit_index is not UNKNOWN:
            self._commit(member, wire.commit, receipt)

    def _fits(self, member: Member, wire: Wire) -> bool | None:
        """Whether the log holds what stands before the message's entries; None: that isn't known."""
        index, term = wire.index, wire.log_term
        if index == 0:
            return True
        if term == _FIRST_TERM:
            self.fill(member, index)
        log = self.onlooker.state(member).log
        held = log.term_at(index)
        if held is not None and held is not UNKNOWN:
            return bool(held == term)
        if log.last_index is not UNKNOWN and index > log.last_index:
            return False
        return None

    def _keep_offer(self, member: Member, leader: Member, wire: Wire) -> None:
        """Its answer will show whether it was taken."""
        offers = self.offers.setdefault((member.id, leader.id), [])
        if offers and offers[0].term != wire.term:
            offers.clear()
        offers.append(wire)

    def offer_snapshot(self, member: Member, leader: Member, wire: Wire) -> None:
        """A snapshot arrives; that it is taken shows in the answer."""
        if member.id not in self.onlooker.logged and wire.snapshot is not None:
            self._keep_offer(member, leader, wire)

    def answers(self, member: Member, leader: Member, wire: Wire) -> None:
        """A follower says up to where its log equals the leader's: so it has taken what was offered up to there."""
        offers = self.offers.get((member.id, leader.id))
        if not offers:
            return
        if wire.reject:
            offers[:] = [offer for offer in offers if offer.index != wire.index]
            return
        taken = [offer for offer in offers if offer.term == wire.term and _reach(offer) <= wire.index]
        offers[:] = [offer for offer in offers if _reach(offer) > wire.index]
        for offer in taken:
            if offer.snapshot is not None:
                self._install(member, offer)
            else:
                self._store(member, offer, None)

    def _install(self, member: Member, wire: Wire) -> None:
        held = wire.snapshot
        assert held is not None
        log = self.onlooker.state(member).log
        if held.index > log.snapshot_index:
            self.telling.emit(member, SnapshotInstalled, index=held.index, term=held.term)
            self.telling.lose_applied(member)
            member.commit = member.snapshot = held.index

    def _store(self, member: Member, wire: Wire, cause: int | None) -> None:
        """The follower's log holds what stands before these entries: so it takes them, and what conflicts goes."""
        log = self.onlooker.state(member).log
        last, last_term = log.last_index, log.last_term
        new = [entry for entry in self.entries(wire) if log.entry(entry.index) != entry]
        new = [entry for entry in new if entry.index > log.snapshot_index]
        unsure = False
        if new:
            first = new[0]
            held = log.entry(first.index)
            beyond = last is not UNKNOWN and first.index <= last
            unsure = beyond and held is None and (last_term is UNKNOWN or first.term <= last_term)
            if held is not None or (beyond and not unsure):
                self._truncate(member, first.index, last, cause)
            new = self._beyond(member, new)
        if new:
            self._append(member, tuple(new), cause)
            if unsure and new[-1].index < last:
                self._observe_end(member, last, last_term)
            elif last is UNKNOWN and new[-1].term < wire.term:
                self.telling.emit(member, NodeObserved, cause, unknown=("last_index", "last_term"))
                member.end, member.tail_told = None, False
        commit = min(wire.commit, wire.last)
        held_there = self.onlooker.state(member).log.entry(commit)
        if self.onlooker.state(member).commit_index is not UNKNOWN or (held_there and held_there.term == wire.term):
            self._commit(member, commit, cause)

    def conflict(self, member: Member, index: int, term: int, cause: int | None) -> str | None:
        """A line of the member's: its entry at this index, of that term, conflicts with its leader's."""
        log = self.onlooker.state(member).log
        held = log.entry(index)
        if (held is not None and held.term != term) or (log.last_index is not UNKNOWN and log.last_index < index):
            return "a conflict that the messages have shown before"
        self._truncate(member, index, log.last_index, cause)
        return None

    def _beyond(self, member: Member, entries: list[Entry]) -> list[Entry]:
        """Those after the last entry that is shown: what fills a hole behind it can't be told any more."""
        tail = self.onlooker.state(member).log.tail(1)
        return [entry for entry in entries if not tail or entry.index > tail[0].index]

    # --- both --------------------------------------------------------------------------------------------------

    def fill(self, member: Member, index: int) -> None:
        """The log ends, or ended, with the entries of term 1 that etcd starts a cluster with."""
        state = self.onlooker.state(member)
        log = state.log
        begun = len(log) or log.snapshot_index or log.last_index not in (UNKNOWN, 0, index)
        if begun or not index or state.role is LEADER:
            return
        entries = tuple(
            self.exact.get((each, _FIRST_TERM)) or self.first_entries.get(each) or Entry(each, _FIRST_TERM, "config")
            for each in range(1, index + 1)
        )
        self._append(member, entries, None)

    def end_at(self, member: Member, index: int, term: int) -> None:
        """The log's last entry is this one."""
        if term == _FIRST_TERM:
            self.fill(member, index)
        log = self.onlooker.state(member).log
        if (log.last_index, log.last_term) != (index, term):
            self._observe_end(member, index, term)

    def _truncate(self, member: Member, index: int, last: Any, cause: int | None) -> None:
        self.telling.emit(member, LogTruncated, cause, from_index=index, last_index=last)
        member.end, member.last = None, index - 1

    def _observe_end(self, member: Member, index: int, term: int) -> None:
        self.telling.emit(member, NodeObserved, last_index=index, last_term=term)
        member.end, member.tail_told = (term, index), True

    def _append(self, member: Member, entries: tuple[Entry, ...], cause: int | None) -> None:
        if len(entries) == 1:
            self.telling.emit(member, EntryAppended, cause, entry=entries[0])
        else:
            self.telling.emit(member, EntriesAppended, cause, entries=entries)
        member.end, member.tail_told = (entries[-1].term, entries[-1].index), True
        member.last = entries[-1].index

    def _commit(self, member: Member, index: int, cause: int | None) -> None:
        known = self.onlooker.state(member).commit_index
        if known is UNKNOWN:
            self.telling.emit(member, NodeObserved, cause, commit=index)
        elif index > known:
            self.telling.emit(member, CommitAdvanced, cause, index=index)
        else:
            return
        member.commit = max(member.commit, index)

    def hear_match(self, leader: Member, peer: Member, wire: Wire, receipt: int) -> None:
        """An answer tells the leader up to where the peer's log equals its own."""
        state = self.onlooker.state(leader)
        if wire.reject or state.role is not LEADER or state.current_term != wire.term:
            return
        if state.config is not UNKNOWN and peer.name not in state.config.members():
            return  # it has been removed, and answers still
        known = state.progress.get(peer.name)
        if wire.index <= (known.match_index if known is not None else 0):
            return
        sent = max(wire.index, self.sent.get((leader.id, peer.id, wire.term), 0))
        news: dict[str, Any] = {"match_index": wire.index, "next_index": sent + 1, "sent_index": sent}
        self.telling.emit(leader, ProgressChanged, receipt, peer=peer.name, state="replicate", **news)
        leader.progress[peer.name] = wire.index, sent + 1, "replicate"


def _reach(offer: Wire) -> int:
    """Up to where a follower's log equals its leader's when it has taken this."""
    return offer.snapshot.index if offer.snapshot is not None else offer.last
