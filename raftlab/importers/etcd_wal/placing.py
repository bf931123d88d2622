"""Where the records of a WAL belong among what has a clock, or, where nothing has, among one another.

A WAL tells what was put on disk, in order, and no time. Beside the log of the same member each record stands at the
earliest moment at which it can have been written: a term or a vote where the log reaches or casts it; an entry once the
term's leader is known, after every line that still prints the log without it (votes, a start of raft), after the line
of the conflict that made room for it, and no earlier than its leader has it; a snapshot beside its own line; a commit
index after the last poll that shows a lower one, before its first entry is applied where the log prints that, and else
at the end of its term (late.py). Such times are inferred: an entry may have come later
than it is shown, up to the next line that prints it. Exact are the order within a member, and every term and vote.

Without the member's own log a record stands where the other files first speak of its term or its leader. Where nothing
has a clock, terms order the members' records, and within a term causes go first: the candidate's vote before the
others', an entry in its leader's log before it is in a follower's, a leader's commit index before a follower's.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.importers.etcd_wal.carried import Carried, carried
from raftlab.importers.etcd_wal.landmarks import End, Landmarks
from raftlab.importers.etcd_wal.late import commits_before_terms, commits_last
from raftlab.importers.etcd_wal.payload import HardState, Opened, SnapshotMark, State, Stored
from raftlab.importers.etcd_wal.polled import Polled
from raftlab.importers.etcd_wire.evidence import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.model import Entry
    from raftlab.importers.fact import Fact
    from raftlab.importers.imported import FileReport
    from raftlab.importers.stream import Stream

_PASSES: Final = 8
"""How often leaders' entries may move followers' (a chain of leaders that each followed the one before)."""


class Wal:
    """One member's WAL, and the facts of its log (none, if it isn't there)."""

    def __init__(self, facts: list[Fact], log: Sequence[Fact], told: Sequence[Sequence[Fact]]) -> None:
        self.facts = facts
        self.node = facts[0].node
        self.polled = Polled(told, self.node)
        self.carried: Carried = {}
        self.marks = Landmarks(log)
        self.places: list[int] = []

    def stored_us(self, entry: Entry) -> int:
        """When an entry can have been stored at the earliest, as messages and polls show it; 0: they don't."""
        message = self.carried.get((self.node, entry.term, entry.index))
        return max(self.polled.entry_us(entry.term, entry.index), 0 if message is None else message.at_us)

    @property
    def is_timed(self) -> bool:
        """Whether it is known when its commit index rose."""
        return bool(self.polled or self.marks.applied)


def wals_of(streams: Sequence[Stream], reports: Sequence[FileReport]) -> list[list[Fact]]:
    """The facts of each WAL.

    Raises:
        TraceError: a member has two.
    """
    found: dict[str, list[Fact]] = {}
    for stream in streams:
        if stream.clock is None and stream.facts:
            first = found.setdefault(stream.node, stream.facts)
            if first is not stream.facts:
                raise TraceError(
                    f"this is the WAL of the member {stream.node}, and so is {reports[first[0].source].file}; a member "
                    "has one: name either (the segments of one WAL stand in one directory)",
                    file=reports[stream.facts[0].source].file,
                )
    return list(found.values())


def place(told: list[list[Fact]], wals: list[list[Fact]]) -> set[str]:
    """Put each WAL's facts where they belong: into the lists of `told`, or as lists of their own.

    Args:
        told: every writer's facts that have a time, each in its own order.
        wals: the facts of each WAL.

    Returns:
        The ids of those members whose commit index is known at every moment.
    """
    logs: dict[str, list[Fact]] = {}
    for facts in told:
        for fact in facts:
            if fact.form in _LOGGED:
                logs.setdefault(fact.node, [])
    for facts in told:
        for fact in facts:
            if fact.node in logs and fact.form not in _OF_OTHERS:
                logs[fact.node].append(fact)
    for log in logs.values():
        log.sort(key=lambda fact: fact.at_us)
    joined = [Wal(facts, logs.get(facts[0].node, ()), told) for facts in wals]
    leaders = _leaders(joined, told)
    _causes(joined, leaders)
    if not any(told):
        _without_clocks(joined)
        _commit_causes(joined, leaders)
        told.extend(wal.facts for wal in joined)
        return {wal.node for wal in joined}
    _wait_for_messages(joined, carried(told, leaders))
    beside = [wal for wal in joined if wal.marks.facts]
    for _ in range(_PASSES):
        had = _times_of_leaders(joined, leaders)
        before = [fact.at_us for wal in joined for fact in wal.facts]
        for wal in beside:
            _beside_log(wal, had, leaders)
        for wal in joined:
            if not wal.marks.facts:
                _beside_others(wal, told, had, leaders)
        if before == [fact.at_us for wal in joined for fact in wal.facts]:
            break
    timed = {wal.node for wal in joined if wal.is_timed}
    until_us = max(fact.at_us for facts in told for fact in facts)
    for wal in joined:
        if wal.node in timed:
            continue
        if wal.marks.facts:
            wal.facts, wal.places = commits_last(wal.facts, wal.places, wal.marks)
        else:
            wal.facts = commits_before_terms(wal.facts, until_us)
    for wal in beside:
        _insert(wal, told)
    told.extend(wal.facts for wal in joined if not wal.marks.facts)
    return timed


_LOGGED: Final = frozenset({"new_raft", "became_follower", "became_candidate", "became_leader", "config"})
"""Forms that only the node's own log has."""

_OF_OTHERS: Final = frozenset({"note", "removed", "no_state", "unknown", "wire", "poll", "poll_error"})


def logged(told: Sequence[Sequence[Fact]]) -> set[str]:
    """The nodes whose own log is there."""
    return {fact.node for facts in told for fact in facts if fact.form in _LOGGED}


# -- who leads, and what must go first --------------------------------------------------------------------------------


def _leaders(wals: Sequence[Wal], told: Sequence[Sequence[Fact]]) -> dict[int, str]:
    """Who leads each term: as the logs say, else whom most of the WALs voted for."""
    found: dict[int, str] = {}
    votes: dict[int, dict[str, int]] = {}
    for wal in wals:
        for fact in wal.facts:
            state = getattr(fact.payload, "state", None)
            if isinstance(state, State) and state.vote not in (None, "0"):
                voters = votes.setdefault(state.term, {})
                voters[state.vote or ""] = voters.get(state.vote or "", 0) | 1 << wals.index(wal)
    for term, by_candidate in votes.items():
        found[term] = max(sorted(by_candidate), key=lambda candidate: by_candidate[candidate].bit_count())
    for facts in told:
        for fact in facts:
            if fact.form == "became_leader":
                found[int(fact.args[0])] = fact.node
            elif fact.form == "leader_learned" and fact.args[0] not in ("0", ""):
                found[int(fact.args[1])] = fact.args[0]
    return found


def _causes(wals: Sequence[Wal], leaders: dict[int, str]) -> None:
    """Let followers' entries need their leader's, and votes the candidate's own."""
    stored: dict[tuple[str, int, int], Fact] = {}
    voted: dict[tuple[str, int], Fact] = {}
    for wal in wals:
        for fact in wal.facts:
            payload = fact.payload
            if isinstance(payload, Stored):
                stored[wal.node, payload.entry.term, payload.entry.index] = fact
            elif isinstance(payload, HardState):
                voted.setdefault((wal.node, payload.state.term), fact)
    for wal in wals:
        seen = 0
        for fact in wal.facts:
            payload = fact.payload
            needed: Fact | None = None
            if isinstance(payload, Stored):
                leader = leaders.get(payload.entry.term, "")
                needed = stored.get((leader, payload.entry.term, payload.entry.index))
            elif isinstance(payload, HardState):
                term, vote = payload.state.term, payload.state.vote
                if term > seen and vote not in (None, "0", wal.node):
                    needed = voted.get((vote or "", term))
                seen = term
            if needed is not None and needed is not fact:
                fact.needs = (*fact.needs, needed)


def _wait_for_messages(wals: Sequence[Wal], messages: Carried) -> None:
    """Let entries need the messages that carried them."""
    for wal in wals:
        wal.carried = messages
        for fact in wal.facts:
            if isinstance(fact.payload, Stored):
                entry = fact.payload.entry
                message = messages.get((wal.node, entry.term, entry.index))
                if message is not None:
                    fact.needs = (*fact.needs, message)


def _commit_causes(wals: Sequence[Wal], leaders: dict[int, str]) -> None:
    """Let followers' commit indices need their leader's; only where no clock could say otherwise."""
    commits: dict[tuple[str, int], tuple[list[int], list[Fact]]] = {}
    for wal in wals:
        for fact in wal.facts:
            if isinstance(fact.payload, HardState):
                known = commits.setdefault((wal.node, fact.payload.state.term), ([], []))
                known[0].append(fact.payload.commit)
                known[1].append(fact)
    for wal in wals:
        for fact in wal.facts:
            if not isinstance(fact.payload, HardState):
                continue
            term = fact.payload.state.term
            leader = leaders.get(term, "")
            if leader != wal.node and (leader, term) in commits:
                indexes, facts = commits[leader, term]
                at = bisect_left(indexes, fact.payload.commit)
                fact.needs = (*fact.needs, *facts[at : at + 1])


def _times_of_leaders(wals: Sequence[Wal], leaders: dict[int, str]) -> dict[tuple[int, int], int]:
    """When each entry came into the log of its leader, as far as that is known by now."""
    return {
        (fact.payload.entry.term, fact.payload.entry.index): fact.at_us
        for wal in wals
        for fact in wal.facts
        if isinstance(fact.payload, Stored) and leaders.get(fact.payload.entry.term) == wal.node
    }


# -- beside the member's own log --------------------------------------------------------------------------------------


def _beside_log(wal: Wal, had: dict[tuple[int, int], int], leaders: dict[int, str]) -> None:
    """A position in the log (-1: before it), and a time, for each record."""
    marks = wal.marks
    facts = marks.facts
    place, now_us = -1, facts[0].at_us
    state, commit, end = State(0, "0"), 0, (0, 0)
    wal.places = []
    for fact in wal.facts:
        payload = fact.payload
        reached = payload.state if isinstance(payload, Stored | HardState) else None
        if not isinstance(payload, SnapshotMark) or payload.installed:
            place = max(place, marks.boots.get((state.term, commit, end), -1))
        if reached is not None and (reached.term, reached.vote) != (state.term, state.vote):
            place = _reached(marks, reached, place)
            state = reached
        match payload:
            case Stored():
                entry = payload.entry
                place = _stored(marks, payload, state.term, end, place)
                end = (entry.term, entry.index)
                now_us = max(now_us, wal.stored_us(entry))
                if leaders.get(entry.term) != wal.node:
                    now_us = max(now_us, had.get((entry.term, entry.index), now_us))
            case HardState() if payload.commit > commit:
                applied = marks.applied.get(commit + 1)
                if applied is not None:
                    place, now_us = max(place, applied - 1), max(now_us, facts[applied].at_us)
                commit = payload.commit
                now_us = max(now_us, wal.polled.commit_us(commit))
            case SnapshotMark():
                known = marks.restored.get(payload.index) if payload.installed else marks.taken.get(payload.index)
                if known is not None:
                    place = max(place, known if payload.installed else known - 1)
                if payload.installed:
                    end = (payload.term, payload.index)
        if place >= 0:
            now_us = max(now_us, facts[place].at_us)
            place = marks.at_time(now_us - 1, place) if now_us > facts[place].at_us else place
        fact.at_us = now_us
        wal.places.append(place)


def _reached(marks: Landmarks, state: State, place: int) -> int:
    """Where the log reaches a term and casts a vote."""
    place = marks.at_term(state.term, place)
    if state.vote not in (None, "0"):
        place = max(place, marks.votes.get((state.term, state.vote or ""), -1))
    return place


def _stored(marks: Landmarks, stored: Stored, term: int, end: End, place: int) -> int:
    """Where an entry can be in the log at the earliest."""
    index = stored.entry.index
    place = max(place, marks.ends.get(end, -1))
    if stored.after is not None and index <= stored.after:
        place = next((each for each in marks.conflicts.get(index, ()) if each >= place), place)
    return marks.under_leader(term, place)


def _insert(wal: Wal, told: list[list[Fact]]) -> None:
    """Put the records behind the log's facts that they belong to, in whichever list those stand."""
    after: dict[int, list[Fact]] = {}
    previous: Fact | None = None
    for fact, place in zip(wal.facts, wal.places, strict=True):
        after.setdefault(id(wal.marks.facts[place]) if place >= 0 else 0, []).append(fact)
        if previous is not None:
            fact.needs = (*fact.needs, previous)
        previous = fact
    first = id(wal.marks.facts[0])
    for number, facts in enumerate(told):
        if not any(fact.node == wal.node for fact in facts):
            continue
        grown: list[Fact] = []
        for fact in facts:
            if id(fact) == first:
                grown.extend(after.pop(0, ()))
            grown.append(fact)
            grown.extend(after.pop(id(fact), ()))
        told[number] = grown


# -- beside others' files, or alone -----------------------------------------------------------------------------------


def _beside_others(
    wal: Wal, told: Sequence[Sequence[Fact]], had: dict[tuple[int, int], int], leaders: dict[int, str]
) -> None:
    """The member wrote no log that is here: terms are reached when somebody first speaks of them."""
    first_us = min(fact.at_us for facts in told for fact in facts)
    reached, led = _first_spoken(told)
    evidence = Evidence(told, wal.node)
    now_us, term = first_us, 0
    for fact in wal.facts:
        payload = fact.payload
        state = payload.state if isinstance(payload, Stored | HardState) else None
        if state is not None and state.term > term:
            term = state.term
            shown_us = evidence.reached_us(term)
            now_us = max(now_us, reached.get(term, now_us) if shown_us is None else shown_us)
        if isinstance(payload, HardState):
            now_us = max(now_us, wal.polled.commit_us(payload.commit))
        if isinstance(payload, Stored):
            now_us = max(now_us, led.get(term, now_us), wal.stored_us(payload.entry))
            if leaders.get(payload.entry.term) != wal.node:
                now_us = max(now_us, had.get((payload.entry.term, payload.entry.index), now_us))
        fact.at_us = now_us


def _first_spoken(told: Sequence[Sequence[Fact]]) -> tuple[dict[int, int], dict[int, int]]:
    """When each term, and its leader, are first spoken of."""
    reached: dict[int, int] = {}
    led: dict[int, int] = {}
    for facts in told:
        for fact in facts:
            match fact.form:
                case "became_candidate" | "became_follower":
                    term = int(fact.args[0])
                    reached[term] = min(fact.at_us, reached.get(term, fact.at_us))
                case "became_leader" | "leader_learned":
                    term = int(fact.args[0] if fact.form == "became_leader" else fact.args[1])
                    led[term] = min(fact.at_us, led.get(term, fact.at_us))
    return reached, led


def _without_clocks(wals: Sequence[Wal]) -> None:
    """An order that holds: by term, then by index, entries before what commits them."""
    for wal in wals:
        latest = term = 0
        for fact in wal.facts:
            payload = fact.payload
            match payload:
                case Stored():
                    term = max(term, payload.state.term if payload.state is not None else 0)
                    key = (term << 42) + 2 * payload.entry.index
                case HardState():
                    if payload.state.term > term:
                        # First the term and the vote; the commit index is the same as before, or comes with entries.
                        term = payload.state.term
                        key = term << 42
                    else:
                        key = (term << 42) + 2 * payload.commit + 1
                case SnapshotMark():
                    key = (term << 42) + 2 * payload.index + 1
                case Opened() | _:
                    key = 0
            latest = max(latest, key)
            fact.at_us = latest
