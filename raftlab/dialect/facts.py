"""What a script shows of its nodes, in words: our own run's, and what etcd printed.

Both become the same short sentences, so that a difference is read at once. Only state is compared (roles, terms, votes,
commit indices, logs, configurations, progress), not how messages and log lines are worded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.events import BecameCandidate, BecameFollower, BecameLeader, BecamePreCandidate
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Config, Role
from raftlab.dialect.changes import ordered
from raftlab.importers.etcd_script import printed
from raftlab.importers.etcd_script.printed import LogLine, PrintedEntry, PrintedProgress, RaftState
from raftlab.importers.etcd_script.reading import EmptyLog, Heading, Ready, read_output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from raftlab.core.log import Entry
    from raftlab.importers.etcd_script import Block

LEVELS: Final = ("debug", "info", "warn", "error", "fatal", "none")

_ROLE_OF: Final[dict[object, Role]] = {
    BecameFollower: FOLLOWER,
    BecamePreCandidate: PRE_CANDIDATE,
    BecameCandidate: CANDIDATE,
    BecameLeader: LEADER,
}
_BECAME: Final = re.compile(r"([0-9a-f]+) became (follower|pre-candidate|candidate|leader) at term (\d+)")
_SWITCHED: Final = re.compile(r"([0-9a-f]+) switched to configuration (.*)")


class Fact(Struct, frozen=True):
    """One thing that is shown. `about` says which other facts it stands in one order with; `line` (from 1) is where
    etcd printed it, 0 for ours."""

    about: str
    text: str
    line: int = 0


class Facts:
    """Our own facts, at the log level that a script has set: those that raft logs, and those that commands print."""

    def __init__(self) -> None:
        self.level = "debug"
        self._told: list[Fact] = []

    def add(self, fact: Fact, logged: bool = False) -> None:
        """Take a fact, if it is shown at this level."""
        level = LEVELS.index(self.level)
        if level <= LEVELS.index("info") or (not logged and self.level != "none"):
            self._told.append(fact)

    def take(self) -> list[Fact]:
        """All since the last time."""
        told, self._told = self._told, []
        return told


# -- the words -------------------------------------------------------------------------------------------------------


def became(name: str, what: object, term: int, line: int = 0) -> Fact:
    """A node is in a new role, or a new term; `what` is a Role or the event's class."""
    role = what if isinstance(what, Role) else _ROLE_OF[what]
    return Fact(f"node {name}", f"node {name} became {_role(role)} at term {term}", line)


def configuration(name: str, config: Config, line: int = 0) -> Fact:
    """A node uses a configuration."""
    return Fact(f"node {name}", f"node {name} switched to {_config(config)}", line)


def started(
    name: str, voters: Iterable[str], term: int, commit: int, last_index: int, last_term: int, line: int = 0
) -> Fact:
    """A node has been set up."""
    text = (
        f"node {name} started with {_names(voters)}, term {term}, commit {commit}, last entry {last_index}:{last_term}"
    )
    return Fact(f"node {name}", text, line)


def soft(name: str, leader: str | None, role: Role, line: int = 0) -> Fact:
    """A Ready shows role and leader."""
    return Fact(f"node {name}", f"node {name} is {_role(role)} and follows {_nobody(leader)}", line)


def hard(name: str, term: int, vote: str | None, commit: int, line: int = 0) -> Fact:
    """A Ready shows what must survive a crash."""
    return Fact(f"node {name}", f"node {name} has term {term}, vote {_nobody(vote)}, commit {commit}", line)


def stores(name: str, entry: Entry, line: int = 0) -> Fact:
    """A Ready hands out an entry to be written."""
    return Fact(f"node {name}", f"node {name} stores {_entry(entry)}", line)


def applies(name: str, entry: Entry, line: int = 0) -> Fact:
    """A Ready hands out a committed entry to be applied."""
    return Fact(f"node {name}", f"node {name} applies {_entry(entry)}", line)


def restores(name: str, index: int, term: int, config: Config, line: int = 0) -> Fact:
    """A Ready hands out a snapshot to be written."""
    return Fact(f"node {name}", f"node {name} takes a snapshot up to {index}:{term} with {_config(config)}", line)


def state(name: str, role: Role, voter: bool, term: int, leader: str | None, line: int = 0) -> Fact:
    """A line of raft-state."""
    kind = "a voter" if voter else "no voter"
    return Fact("raft-state", f"node {name} is {_role(role)}, {kind}, at term {term}, follows {_nobody(leader)}", line)


def logged(entry: Entry, line: int = 0) -> Fact:
    """A line of raft-log."""
    return Fact("raft-log", f"the log has {_entry(entry)}", line)


def empty_log(first_index: int, last_index: int, line: int = 0) -> Fact:
    """A log without entries."""
    return Fact("raft-log", f"the log is empty, from {first_index} to {last_index}", line)


def progress(
    name: str, state: str, match: int, following: int, notes: Iterable[str], line: int = 0
) -> Fact:  # fmt: skip
    """A line of status; `notes` is what else is said."""
    text = ", ".join([f"node {name}: {state}, match {match}, next {following}", *notes])
    return Fact("status", text, line)


def notes(
    *, learner: bool, paused: bool, pending_snapshot: int, inactive: bool, inflight: int, full: bool
) -> list[str]:  # fmt: skip
    """What else is said of a peer."""
    found = ["learner"] * learner + ["paused"] * paused
    found += [f"pending snapshot {pending_snapshot}"] * bool(pending_snapshot) + ["inactive"] * inactive
    return found + [f"{inflight} in flight" + " (full)" * full] * bool(inflight)


def _role(role: Role) -> str:
    return role.value.replace("_", "-")


def _nobody(name: str | None) -> str:
    return name or "nobody"


def _names(names: Iterable[str]) -> str:
    return "(" + " ".join(sorted(names, key=lambda it: (len(it), it))) + ")"


def _config(config: Config) -> str:
    config = ordered(config)
    text = f"voters {_names(config.voters)}"
    for word, names in (
        ("outgoing", config.outgoing),
        ("learners", config.learners),
        ("learners next", config.learners_next),
    ):
        text += f" {word} {_names(names)}" if names else ""
    return text + " auto-leave" * config.auto_leave


def _entry(entry: Entry) -> str:
    what = f'"{entry.text}"' if entry.kind == "normal" else entry.kind
    return f"entry {entry.index}:{entry.term} {what}"


# -- what etcd printed -------------------------------------------------------------------------------------------------


def printed_facts(block: Block, handlers: Iterable[str]) -> list[Fact]:
    """All facts in what a command printed; `handlers` are the nodes whose Readys are printed without a heading."""
    return list(_facts(block, iter(handlers)))


def _facts(block: Block, handlers: Iterator[str]) -> Iterator[Fact]:
    name: str | None = None
    for item in read_output(block.expected, block.expected_line):
        match item:
            case Heading():
                name = item.node
            case Ready():
                yield from _ready(next(handlers, "?") if name is None else name, item)
                name = None
            case RaftState():
                yield state(item.node, item.role, item.voter, item.term, item.leader, item.line)
            case PrintedEntry():
                yield logged(item.entry(), item.line)
            case EmptyLog():
                yield empty_log(item.first_index, item.last_index, item.line)
            case PrintedProgress():
                said = notes(
                    learner=item.learner, paused=item.paused, pending_snapshot=item.pending_snapshot,
                    inactive=item.inactive, inflight=item.inflight, full=item.full,
                )  # fmt: skip
                yield progress(item.node, item.state, item.match_index, item.next_index, said, item.line)
            case LogLine():
                yield from _log_line(item)


def _ready(name: str, ready: Ready) -> Iterator[Fact]:
    if ready.soft is not None:
        yield soft(name, ready.soft.leader, ready.soft.role, ready.soft.line)
    if ready.hard is not None:
        yield hard(name, ready.hard.term, ready.hard.vote, ready.hard.commit, ready.hard.line)
    for one in ready.entries:
        yield stores(name, one.entry(), one.line)
    if ready.snapshot is not None:
        it = ready.snapshot
        yield restores(name, it.index, it.term, it.config, ready.snapshot_line)
    for one in ready.committed:
        yield applies(name, one.entry(), one.line)


def _log_line(line: LogLine) -> Iterator[Fact]:
    new = printed.new_raft(line.text)
    turned, switched = _BECAME.fullmatch(line.text), _SWITCHED.fullmatch(line.text)
    if new is not None:
        yield started(new.node, new.peers, new.term, new.commit, new.last_index, new.last_term, line.line)
    elif turned is not None:
        role = Role(turned[2].replace("-", "_"))
        yield became(printed.node_name(turned[1]), role, int(turned[3]), line.line)
    elif switched is not None:
        config = printed.configuration(switched[2])
        if config is not None:
            yield configuration(printed.node_name(switched[1]), config, line.line)
