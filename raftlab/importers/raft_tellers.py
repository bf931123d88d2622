"""Every form's teller, and the whole way from the nodes' facts to a trace: what all envelopes of raft's lines share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers import raft_replication, raft_roles, raft_votes
from raftlab.importers.clocks import set_right
from raftlab.importers.etcd_status import tellers as etcd_status
from raftlab.importers.etcd_wal import placing
from raftlab.importers.etcd_wal import tellers as etcd_wal
from raftlab.importers.etcd_wire import joining
from raftlab.importers.etcd_wire import tellers as etcd_wire
from raftlab.importers.etcd_wire.onlooker import OF_OBSERVERS, look_on
from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.pairing import pair
from raftlab.importers.raft_telling import Telling
from raftlab.importers.weave import weave

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.fact import Fact
    from raftlab.importers.names import Names
    from raftlab.importers.raft_telling import Teller
    from raftlab.importers.stream import Stream

TELLERS: Final[dict[str, Teller]] = {
    "process_started": raft_roles.process_started,
    "process_ended": raft_roles.process_ended,
    "new_raft": raft_roles.new_raft,
    "became_follower": raft_roles.became_follower,
    "became_candidate": raft_roles.became_candidate,
    "became_pre_candidate": raft_roles.became_pre_candidate,
    "became_leader": raft_roles.became_leader,
    "leader_learned": raft_roles.leader_learned,
    "leader_lost": raft_roles.leader_lost,
    "leader_forgotten": raft_roles.leader_forgotten,
    "election_due": raft_roles.election_due,
    "quorum_not_active": raft_roles.quorum_not_active,
    "removed": raft_roles.removed,
    "removed_itself": raft_roles.removed,
    "fatal": raft_roles.fatal,
    "note": raft_roles.note,
    "no_state": raft_roles.no_state,
    "unknown": raft_roles.unknown,
    "vote_sent": raft_votes.vote_sent,
    "vote_cast": raft_votes.vote_cast,
    "vote_rejected": raft_votes.vote_rejected,
    "vote_ignored_lease": raft_votes.vote_ignored_lease,
    "vote_ignored_learner": raft_votes.vote_ignored_learner,
    "vote_received": raft_votes.vote_received,
    "tally": raft_votes.tally,
    "higher_term": raft_votes.higher_term,
    "lower_term": raft_votes.lower_term,
    "append_rejected": raft_replication.append_rejected,
    "append_rejection": raft_replication.append_rejection,
    "conflict": raft_replication.conflict,
    "progress": raft_replication.progress,
    "config": raft_replication.config,
    "transfer_started": raft_replication.transfer_started,
    "transfer_aborted": raft_replication.transfer_aborted,
    "timeout_now_sent": raft_replication.timeout_now_sent,
    "timeout_now_received": raft_replication.timeout_now_received,
    "timeout_now_not_promotable": raft_replication.timeout_now_not_promotable,
    "snapshot_sent": raft_replication.snapshot_sent,
    "snapshot_restored": raft_replication.snapshot_restored,
    "snapshot_taken": raft_replication.snapshot_taken,
    "entry_applied": raft_replication.entry_applied,
    "wal_opened": etcd_wal.wal_opened,
    "wal_state": etcd_wal.wal_state,
    "wal_entry": etcd_wal.wal_entry,
    "wal_snapshot": etcd_wal.wal_snapshot,
    "wire": etcd_wire.wire,
    "poll": etcd_status.poll,
    "poll_error": etcd_status.poll_error,
}


def tell(streams: Sequence[Stream], names: Names, reports: list[FileReport]) -> Imported:
    """One trace from the facts of each writer, in its own order.

    Raises:
        TraceError: no file holds anything of raft's.
    """
    joining.settle_names(streams, names)
    offsets = set_right(streams)
    told = [_boot_first(stream.facts) for stream in streams if stream.clock is not None]
    wals = placing.wals_of(streams, reports)
    logged = placing.logged(told)
    timed = placing.place(told, wals)
    leaders = pair(told)
    joining.join(told)
    telling = Telling(names, leaders, reports)
    look_on(telling, told)
    for wal in wals:
        member = telling.member(wal[0].node)
        member.wal, member.logged, member.timed = True, member.id in logged, member.id in timed
    telling.speaking = {fact.node for facts in told for fact in facts if fact.form not in OF_OBSERVERS}
    has_clock = any(stream.clock is not None and stream.facts for stream in streams)
    telling.tell(weave(told) if has_clock else telling.story.steps(weave(told)), TELLERS)
    story = telling.story
    if not story.events:
        seen = ", ".join(f"{count} {reason}" for reason, count in reports[0].skipped.items())
        raise TraceError(
            f"no line in it is raft's (of {reports[0].lines}: {seen}); an etcd member's log has lines such as "
            '"cfef663973881f92 became follower at term 2", at level info',
            file=reports[0].file,
        )
    knows = _known(telling, logged, has_clock, any(wals))
    clocks = {names.key(clock): offset for clock, offset in offsets.items()}
    return Imported(
        story.events, story.origins, knows, tuple(story.nodes), "clock" if has_clock else "step", reports, clocks
    )


def _known(telling: Telling, logged: set[str], has_clock: bool, has_wal: bool) -> tuple[str, ...]:
    """What the files tell at every moment, one or another of them."""
    observers = telling.onlooker
    wired, polled = (observers.is_wired, observers.is_polled) if observers is not None else (False, False)
    found = {
        "roles": has_clock, "terms": True, "votes": True, "leaders": has_clock, "config": bool(logged) or has_wal,
        "entries": has_wal or wired, "commits": telling.knows_commits or wired or polled, "messages": wired,
        "progress": wired or polled,
    }  # fmt: skip
    return tuple(name for name, known in found.items() if known)


def _boot_first(stream: list[Fact]) -> list[Fact]:
    """The line `newRaft` comes after those of the start itself: first the process, then what it does.

    A restart is recognised by that line, so it must be told before the configuration and the role that the new process
    starts with. It takes over the time of the first of them.
    """
    ordered: list[Fact] = []
    for fact in stream:
        if fact.form != "new_raft":
            ordered.append(fact)
            continue
        first = len(ordered)
        if first and ordered[first - 1].form == "became_follower" and ordered[first - 1].node == fact.node:
            first -= 1
            while first and ordered[first - 1].form == "config" and ordered[first - 1].node == fact.node:
                first -= 1
        if first < len(ordered):
            fact.at_us = ordered[first].at_us
        ordered.insert(first, fact)
    return ordered
