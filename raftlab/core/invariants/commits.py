"""What is committed: Leader Completeness (5.4), Own Term (5.4.2), Quorum Commit, Joint Quorum; Monotonic Commit, Match.

Leader Completeness goes by the term IN WHICH an entry was committed, not by the entry's own term: a leader of
term 4 may rightly lack an entry of term 2 that is committed only in term 5.

Only what a leader commits is a commit. A follower repeats what some leader has committed; if it errs, its state machine
shows that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.invariants.mirror import agree, is_majority, listed

if TYPE_CHECKING:
    from raftlab.core.events import CommitAdvanced, PeerForgotten, ProgressChanged
    from raftlab.core.invariants.branches import Branch
    from raftlab.core.invariants.broken import Report
    from raftlab.core.invariants.mirror import Mirror, Mirrors


class _Commit:
    """How far the leader of a term has committed."""

    __slots__ = ("branch", "index", "term")

    def __init__(self, term: int, index: int, branch: Branch) -> None:
        self.term = term
        self.index = index
        self.branch = branch


class Commits:
    """Keeps what was committed in which term, and with which log each term was led."""

    def __init__(self, nodes: Mirrors, report: Report) -> None:
        self.whole = False
        self._nodes = nodes
        self._report = report
        self._commits: list[_Commit] = []
        self._furthest: _Commit | None = None
        self._led_with: dict[int, tuple[str, int, Branch]] = {}  # term -> (leader, its last index then, its log)
        self._latest_led = 0

    def became_leader(self, mirror: Mirror) -> None:
        """Leader Completeness: it holds what was committed in all terms before its own."""
        term = mirror.term
        self._led_with[term] = (mirror.name, mirror.last, mirror.branch)
        self._latest_led = max(self._latest_led, term)
        for commit in self._commits:
            if commit.term < term and not agree(mirror.branch, mirror.last, commit.index, commit.branch):
                self._incomplete(mirror.name, term, commit.index, commit.term)
                return

    def advanced(self, event: CommitAdvanced) -> None:
        """A commit index rises; if it is a leader's, something is committed."""
        mirror = self._nodes[event.node]
        index = event.index
        if index < mirror.commit and self.whole:
            self._falls(mirror, index)
        mirror.commit = index
        if mirror.leads and mirror.branch.base < index <= mirror.last:
            if self.whole:
                self._own_term(mirror, index)
                self._quorum(mirror, index)
            self._committed(mirror, index)

    def installed(self, mirror: Mirror, index: int) -> None:
        """A snapshot, too, moves the commit index forward only."""
        if index < mirror.commit and self.whole:
            self._falls(mirror, index)
        mirror.commit = index

    def up_to(self, index: int) -> Branch | None:
        """The log that was committed up to an index; None when nobody has committed so far."""
        furthest = self._furthest
        return None if furthest is None or furthest.index < index else furthest.branch

    def _falls(self, mirror: Mirror, index: int) -> None:
        self._report("Monotonic Commit", f"{mirror.name} takes its commit index back from {mirror.commit} to {index}")

    def _committed(self, mirror: Mirror, index: int) -> None:
        term, branch = mirror.term, mirror.branch
        last = self._commits[-1] if self._commits else None
        if last is not None and last.term == term and index > last.index:
            last.index, last.branch = index, branch
        elif last is not None and last.term <= term and index <= last.index:
            return
        else:
            last = _Commit(term, index, branch)
            self._commits.append(last)
        if self._furthest is None or index > self._furthest.index:
            self._furthest = _Commit(term, index, branch)
        if self._latest_led > term:
            for later, (name, held, log) in self._led_with.items():
                if later > term and not agree(log, held, index, branch):
                    self._incomplete(name, later, index, term)

    def _incomplete(self, name: str, term: int, index: int, commit_term: int) -> None:
        self._report(
            "Leader Completeness",
            f"{name} leads term {term} without entry {index}, which was committed in term {commit_term}",
        )

    def _own_term(self, mirror: Mirror, index: int) -> None:
        term = mirror.branch.entries[index - mirror.branch.base].term
        if term != mirror.term:
            self._report(
                "Own Term",
                f"{mirror.name} leads term {mirror.term} and commits up to entry {index}, which is of term {term}",
            )

    def _quorum(self, mirror: Mirror, index: int) -> None:
        """A majority of each half has told the leader that it holds the entry, and really has it on disk.

        A leader whose progress isn't told is believed the first.
        """
        branch, match, halves = mirror.branch, mirror.match, mirror.halves
        if halves is None:
            return
        name = "Quorum Commit" if len(halves) == 1 else "Joint Quorum"
        for half in halves:
            durable = [voter for voter in half if self._nodes[voter].has_on_disk(index, branch)]
            if not is_majority(durable, half):
                what, whom = "which is durable on", durable
            else:
                whom = [voter for voter in half if match.get(voter, 0) >= index]
                if mirror.name in durable:
                    whom.append(mirror.name)
                if not match or is_majority(whom, half):
                    continue
                what = "acknowledged by"
            self._report(
                name,
                f"{mirror.name} commits entry {index} in term {mirror.term}, {what} {listed(whom)}: "
                f"no majority of {listed(half)}",
            )
            return

    # -- Monotonic Match -------------------------------------------------------------------------------------

    def progress_changed(self, event: ProgressChanged) -> None:
        """What a leader knows to be in a peer's log stays there."""
        match = self._nodes[event.node].match
        before = match.get(event.peer, 0)
        now = event.match_index
        if now != before:
            match[event.peer] = now
            if now < before:
                self._report(
                    "Monotonic Match",
                    f"{event.node}, which leads, takes its match index for {event.peer} back from {before} to {now}",
                )

    def peer_forgotten(self, event: PeerForgotten) -> None:
        """A server that comes back as a member later begins anew."""
        self._nodes[event.node].match.pop(event.peer, None)
