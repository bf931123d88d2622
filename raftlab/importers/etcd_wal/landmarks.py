"""What the lines of a member's log say that its WAL says too: where on the clock's line a record belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.fact import Fact

End = tuple[int, int]
"""Where a log ends: (term, index)."""

_VOTES = frozenset({"vote_cast", "vote_rejected", "vote_ignored_lease", "vote_ignored_learner"})
_BEGINS = frozenset({"process_started", "new_raft", "process_ended", "fatal", "removed_itself"})
_LOSES_LEADER = frozenset({"became_candidate", "became_pre_candidate", "leader_lost", "leader_forgotten", "new_raft"})


class Landmarks:
    """The facts of one member's log, in order, and where among them (positions from 0) what was printed.

    `terms` and `led` say for each position the term, and whether a leader of it was known; `ends` where the log's end
    was printed last as it was, `boots` where raft started last with (term, commit index, end).
    """

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = facts
        self.terms: list[int] = []
        self.led: list[bool] = []
        self.process: list[int] = []
        self.ends: dict[End, int] = {}
        self.boots: dict[tuple[int, int, End], int] = {}
        self.votes: dict[tuple[int, str], int] = {}
        self.conflicts: dict[int, list[int]] = {}
        self.taken: dict[int, int] = {}
        self.restored: dict[int, int] = {}
        self.applied: dict[int, int] = {}
        term, led, process = 0, False, 0
        for place, fact in enumerate(facts):
            before = term
            term = self._term(fact, term)
            led = (led and term == before and fact.form not in _LOSES_LEADER) or fact.form == "became_leader"
            led = led or (fact.form == "leader_learned" and fact.args[0] not in ("0", ""))
            process += fact.form in _BEGINS
            self.terms.append(term)
            self.led.append(led)
            self.process.append(process)
            self._mark(place, fact)

    def _term(self, fact: Fact, term: int) -> int:
        args = fact.args
        match fact.form:
            case "became_follower" | "became_candidate" | "became_pre_candidate" | "became_leader":
                return int(args[0])
            case "new_raft" | "leader_learned":
                return max(term, int(args[1]))
            case "vote_sent" if args[2] == "MsgVote":
                return max(term, int(args[4]))
            case "vote_cast" | "vote_rejected" if args[3] in ("MsgVote", "vote", ""):
                return max(term, int(args[7]))
        return term

    def _mark(self, place: int, fact: Fact) -> None:
        args = fact.args
        match fact.form:
            case "new_raft":
                end = (int(args[5]), int(args[4]))
                self.ends[end] = place
                self.boots[int(args[1]), int(args[2]), end] = place
            case "vote_sent":
                self.ends[int(args[0]), int(args[1])] = place
            case form if form in _VOTES:
                self.ends[int(args[0]), int(args[1])] = place
                if form == "vote_cast" and args[3] in ("MsgVote", "vote", ""):
                    self.votes.setdefault((int(args[7]), args[4]), place)
            case "became_candidate":
                self.votes.setdefault((int(args[0]), fact.node), place)
            case "conflict":
                self.conflicts.setdefault(int(args[0]), []).append(place)
            case "snapshot_taken":
                self.taken.setdefault(int(args[0]), place)
            case "snapshot_restored":
                self.restored.setdefault(int(args[0]), place)
            case "entry_applied":
                self.applied.setdefault(int(args[0]), place)

    def at_term(self, term: int, start: int) -> int:
        """The first position from `start` on in this term; the one before it is passed; `start` if none is."""
        for place in range(max(start, 0), len(self.terms)):
            if self.terms[place] >= term:
                return place if self.terms[place] == term else max(start, place - 1)
        return start

    def end_of_term(self, place: int) -> int:
        """The first position after this one in another term, or of another process (or where this one ends)."""
        for after in range(place + 1, len(self.terms)):
            if (self.terms[after], self.process[after]) != (self.terms[place], self.process[place]):
                return after
        return len(self.terms)

    def under_leader(self, term: int, start: int) -> int:
        """The first position from `start` on at which this process knows the term's leader; `start` if none is."""
        if start < 0 or self.led[start] or self.terms[start] != term:
            return start
        for place in range(start + 1, len(self.terms)):
            if self.terms[place] != term or self.process[place] != self.process[start]:
                return start
            if self.led[place]:
                return place
        return start

    def at_time(self, at_us: int, start: int) -> int:
        """The last position whose time is at most this, but no earlier than `start`."""
        place = start
        while place + 1 < len(self.facts) and self.facts[place + 1].at_us <= at_us:
            place += 1
        return place
