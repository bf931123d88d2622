"""Who may lead: Election Safety (5.2), Vote Once, Election Quorum, Candidate Term, Monotonic Term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.invariants.mirror import is_majority, listed
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from raftlab.core.events import BecameCandidate, BecameLeader, NodeCrashed, TermAdvanced, VoteCounted, VoteGranted
    from raftlab.core.invariants.branches import Forest
    from raftlab.core.invariants.broken import Report
    from raftlab.core.invariants.mirror import Mirror, Mirrors


class Elections:
    """Keeps terms, votes and leaders. `whole`: the trace tells all from the beginning on."""

    def __init__(self, nodes: Mirrors, forest: Forest, report: Report) -> None:
        self.whole = False
        self._nodes = nodes
        self._forest = forest
        self._report = report
        self._leaders: dict[int, str] = {}  # term -> who led it first
        self._votes_are_told = False

    def term_advanced(self, event: TermAdvanced) -> None:
        """A term that falls lets a server vote again."""
        mirror = self._nodes[event.node]
        if event.term < mirror.term and self.whole:
            self._report("Monotonic Term", f"{event.node} goes back from term {mirror.term} to term {event.term}")
        mirror.term = event.term

    def became_candidate(self, event: BecameCandidate) -> None:
        """Its votes are counted anew. An entry of its term would mean that somebody leads that term already.

        Other logs may hold one, and rightly so: it stands in vain, in a term that another has won. See became_leader.
        """
        mirror = self._nodes[event.node]
        term = mirror.term if event.term is UNKNOWN else event.term
        mirror.leads = False
        mirror.granted = set()
        if self.whole and mirror.last > mirror.branch.base:
            held = mirror.branch.entries[mirror.last - mirror.branch.base]
            if held.term >= term:
                self._report(
                    "Candidate Term",
                    f"{event.node} stands for election in term {term} and holds entry {held.index} of term {held.term}",
                )

    def became_leader(self, event: BecameLeader) -> bool:
        """Whether it is the first to lead its term."""
        mirror = self._nodes[event.node]
        if event.term is UNKNOWN and not self.whole:
            return False  # who knows which term
        term = mirror.term if event.term is UNKNOWN else event.term
        mirror.leads = True
        mirror.term = term
        mirror.match = {}
        first = self._leaders.get(term)
        if first is not None:
            if first != mirror.name:
                self._report("Election Safety", f"{first} and {mirror.name} both lead term {term}")
                return False
            return True
        self._leaders[term] = mirror.name
        if self.whole:
            if self._forest.has_term(term):
                self._report(
                    "Candidate Term",
                    f"{mirror.name} wins term {term}, of which there was an entry in a log before anybody led it",
                )
            if self._votes_are_told and mirror.halves is not None:
                self._elected(mirror, term, mirror.halves)
        return True

    def _elected(self, mirror: Mirror, term: int, halves: tuple[tuple[str, ...], ...]) -> None:
        """Election Quorum: a majority of each half, each once, each of whom really voted so."""
        name = mirror.name
        backed = [voter for voter in mirror.granted if self._voted(voter, term) == name]
        for half in halves:
            if not is_majority(backed, half):
                self._report(
                    "Election Quorum" if len(halves) == 1 else "Joint Quorum",
                    f"{name} leads term {term} with the votes of {listed(backed)}, "
                    f"which is no majority of {listed(half)}",
                )
                return

    def _voted(self, voter: str, term: int) -> str | None:
        mirror = self._nodes[voter]
        return mirror.votes.get(term) or mirror.lost.get(term)

    # -- Vote Once -------------------------------------------------------------------------------------------

    def vote_granted(self, event: VoteGranted) -> None:
        """A voter keeps to its vote for the whole term."""
        if event.pre or (event.term is UNKNOWN and not self.whole):
            return
        mirror = self._nodes[event.node]
        term = mirror.term if event.term is UNKNOWN else event.term
        first = mirror.votes.setdefault(term, event.candidate)
        if first != event.candidate:
            self._twice(mirror.name, first, event.candidate, term)

    def vote_counted(self, event: VoteCounted) -> None:
        """A vote that somebody has counted was given, whatever became of the voter's disk since."""
        if event.pre or not event.granted or (event.term is UNKNOWN and not self.whole):
            return
        self._votes_are_told = True
        mirror = self._nodes[event.node]
        term = mirror.term if event.term is UNKNOWN else event.term
        if term == mirror.term:
            mirror.granted.add(event.voter)
        if event.voter != mirror.name:
            voter = self._nodes[event.voter]
            voter.counted_by[term] = mirror.name
            now = voter.votes.get(term)
            if now is not None and now != mirror.name and voter.lost.get(term) == mirror.name:
                self._twice(voter.name, mirror.name, now, term)

    def crashed(self, event: NodeCrashed) -> None:
        """What becomes of the term and the vote.

        A vote that wasn't durable yet may be lost. It was never given, then: a voter tells nobody before its disk holds
        the vote. It counts all the same if somebody has counted it; a candidate's own vote, if it has come to lead.
        """
        mirror = self._nodes[event.node]
        if self.whole and (event.term is UNKNOWN or mirror.durable is None):
            lost = []  # all of them survive, or should
        else:
            lost = [(term, vote) for term, vote in mirror.votes.items() if not self._stands(mirror, term, vote)]
        for term, vote in lost:
            mirror.lost[term] = vote
            del mirror.votes[term]
        if event.term is not UNKNOWN:
            mirror.term = event.term

    def _stands(self, mirror: Mirror, term: int, vote: str) -> bool:
        """Whether a vote is on disk, or has had its effect."""
        saved_term, saved_vote = mirror.saved
        saved = term < saved_term or (term == saved_term and vote == saved_vote)
        return saved or mirror.counted_by.get(term) == vote or self._leaders.get(term) == mirror.name

    def _twice(self, voter: str, first: str, second: str, term: int) -> None:
        self._report("Vote Once", f"{voter} votes for {first} and for {second} in term {term}")
