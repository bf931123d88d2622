"""What etcd-raft prints, as values: entries, messages, hard states, configurations, progress, the lines of its log.

What lives here: what one piece of text says. Where pieces stand in a command's output is reading.py's.

Nodes are named by their number in decimal, as a script's commands name them. etcd prints the ends of a message, and the
ids in its log lines, in hexadecimal (`node_name` turns one into the other), all else in decimal. 0 means nobody: None.
A message may go to or come from a node's own threads that write to its disk ("AppendThread") and apply ("ApplyThread").

Versions differ a little: several entries of a message stand in one line or each in its own, a snapshot in the message's
line or below it, a progress may tell the commit index that was sent.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, Config, Entry, Role

APPEND_THREAD: Final = "AppendThread"
APPLY_THREAD: Final = "ApplyThread"
THREADS: Final = frozenset({APPEND_THREAD, APPLY_THREAD})

ROLES: Final[dict[str, Role]] = {
    "StateFollower": FOLLOWER,
    "StateCandidate": CANDIDATE,
    "StatePreCandidate": PRE_CANDIDATE,
    "StateLeader": LEADER,
}


class HardState(Struct, frozen=True):
    """What a node must remember across a crash: `HardState Term:1 Vote:1 Commit:11`. No vote printed: nobody."""

    line: int
    term: int
    vote: str | None
    commit: int


class SoftState(Struct, frozen=True):
    """Who leads and what the node is: `Lead:1 State:StateFollower`; printed when it has changed."""

    line: int
    leader: str | None
    role: Role


class PrintedEntry(Struct, frozen=True):
    """`1/12 EntryNormal "x"`: term, index (from 1), type, and the text, without quotes and escapes.

    The text of a change of members is the list of its changes, such as `v2 r1`; "" leaves a joint configuration.
    """

    line: int
    index: int
    term: int
    type: str
    text: str

    def entry(self) -> Entry:
        """The entry as the rest of raftlab has it. An empty normal one is what a new leader makes."""
        if self.type != "EntryNormal":
            return Entry(self.index, self.term, "config", self.text)
        return Entry(self.index, self.term, "normal" if self.text else "noop", self.text)


class PrintedSnapshot(Struct, frozen=True):
    """`Index:4 Term:1 ConfState:Voters:[1 2] ...`: up to where it reaches, and the configuration there."""

    index: int
    term: int
    config: Config


class PrintedMessage(Struct, frozen=True):
    """`1->2 MsgApp Term:1 Log:1/11 Commit:11 Entries:[...]`.

    `log_term` and `index` are the two numbers of `Log:`, which mean what the type of the message makes of them: the
    entry before those that are sent (MsgApp), the candidate's last one (MsgVote), what is acknowledged (MsgAppResp).
    `hint` counts with `rejected` only. `responses` are what a storage thread sends once it has done what it is asked.
    `dropped`: it is printed because it was taken away.
    """

    line: int
    sender: str
    to: str
    type: str
    term: int
    log_term: int
    index: int
    rejected: bool = False
    hint: int = 0
    commit: int = 0
    vote: str | None = None
    entries: tuple[PrintedEntry, ...] = ()
    snapshot: PrintedSnapshot | None = None
    responses: tuple[PrintedMessage, ...] = ()
    dropped: bool = False

    @property
    def local(self) -> bool:
        """Whether it stays within a node: to or from one of its storage threads."""
        return self.sender in THREADS or self.to in THREADS

    def same_as(self) -> tuple[object, ...]:
        """What two printings of one message have in common, and messages that differ don't (beside the place)."""
        entries = tuple((entry.index, entry.term, entry.type, entry.text) for entry in self.entries)
        return (
            self.sender, self.to, self.type, self.term, self.log_term, self.index, self.rejected, self.hint,
            self.commit, self.vote, entries, self.snapshot,
        )  # fmt: skip


class RaftState(Struct, frozen=True):
    """A line of `raft-state`: `1: StateLeader (Voter) Term:1 Lead:1`."""

    line: int
    node: str
    role: Role
    voter: bool
    term: int
    leader: str | None


class PrintedProgress(Struct, frozen=True):
    """A leader's belief about a node, as `status` prints it: `3: StateReplicate match=11 next=14 inflight=2`.

    `state` is "probe", "replicate" or "snapshot"; `inflight` how many messages are unanswered, `full`: as many as may
    be. `commit` is None where the version doesn't print it.
    """

    line: int
    node: str
    state: str
    match_index: int
    next_index: int
    commit: int | None = None
    learner: bool = False
    paused: bool = False
    pending_snapshot: int = 0
    inactive: bool = False
    inflight: int = 0
    full: bool = False


class LogLine(Struct, frozen=True):
    """A line of raft's own log: `INFO 1 became leader at term 1`; level in capitals."""

    line: int
    level: str
    text: str


class NewRaft(Struct, frozen=True):
    """What a node starts with: `newRaft 1 [peers: [1,2,3], term: 0, commit: 10, ...]`."""

    node: str
    peers: tuple[str, ...]
    term: int
    commit: int
    applied: int
    last_index: int
    last_term: int


def node_name(identifier: str) -> str:
    """A node's name from an id in hexadecimal; a thread's name stays as it is.

    Raises:
        ValueError: it is neither.
    """
    return identifier if identifier in THREADS or identifier == "None" else str(int(identifier, 16))


def nobody(number: str) -> str | None:
    """A node's name from a number in decimal; 0 is nobody."""
    return None if number == "0" else number


_HARD: Final = re.compile(r"HardState Term:(\d+)(?: Vote:(\d+))? Commit:(\d+)", re.ASCII)
_SOFT: Final = re.compile(r"Lead:(\d+) State:(\w+)", re.ASCII)
_STATE: Final = re.compile(r"(\d+): (State\w+) \((Voter|Non-Voter)\) Term:(\d+) Lead:(\d+)", re.ASCII)
_PROGRESS: Final = re.compile(
    r"State(Probe|Replicate|Snapshot) match=(\d+)(?: commit=(\d+))? next=(\d+)( learner)?( paused)?"
    r"(?: pendingSnap=(\d+))?( inactive)?(?: inflight=(\d+)(\[full\])?)?",
    re.ASCII,
)
_LOG_LINE: Final = re.compile(r"(DEBUG|INFO|WARN|ERROR|FATAL) (.*)", re.DOTALL)
_NEW_RAFT: Final = re.compile(
    r"newRaft ([0-9a-f]+) \[peers: \[([0-9a-f,]*)\], term: (\d+), commit: (\d+), applied: (\d+), lastindex: (\d+), "
    r"lastterm: (\d+)\]",
    re.ASCII,
)
_SWITCHED: Final = re.compile(
    r"voters=\(([\d ]*)\)(?:&&\(([\d ]*)\))?(?: learners=\(([\d ]*)\))?(?: learners_next=\(([\d ]*)\))?( autoleave)?",
    re.ASCII,
)
_CONF_STATE: Final = re.compile(
    r"ConfState:Voters:\[([\d ]*)\] VotersOutgoing:\[([\d ]*)\] Learners:\[([\d ]*)\] LearnersNext:\[([\d ]*)\] "
    r"AutoLeave:(true|false)",
    re.ASCII,
)


def hard_state(text: str, line: int = 0) -> HardState | None:
    """`HardState Term:1 Vote:1 Commit:11`; None if the text is none."""
    found = _HARD.fullmatch(text)
    return None if found is None else HardState(line, int(found[1]), nobody(found[2] or "0"), int(found[3]))


def soft_state(text: str, line: int = 0) -> SoftState | None:
    """`Lead:1 State:StateFollower`; None if the text is none."""
    found = _SOFT.fullmatch(text)
    if found is None or found[2] not in ROLES:
        return None
    return SoftState(line, nobody(found[1]), ROLES[found[2]])


def raft_state(text: str, line: int = 0) -> RaftState | None:
    """`1: StateLeader (Voter) Term:1 Lead:1`; None if the text is none."""
    found = _STATE.fullmatch(text)
    if found is None or found[2] not in ROLES:
        return None
    return RaftState(line, found[1], ROLES[found[2]], found[3] == "Voter", int(found[4]), nobody(found[5]))


def progress(text: str, node: str, line: int = 0) -> PrintedProgress | None:
    """`StateReplicate match=11 next=14 inflight=2`, of this node; None if the text is none."""
    found = _PROGRESS.fullmatch(text)
    if found is None:
        return None
    state, match, commit, following, learner, paused, pending, inactive, inflight, full = found.groups()
    return PrintedProgress(
        line, node, state.lower(), int(match), int(following), None if commit is None else int(commit), bool(learner),
        bool(paused), int(pending or 0), bool(inactive), int(inflight or 0), bool(full),
    )  # fmt: skip


def log_line(text: str, line: int = 0) -> LogLine | None:
    """`INFO 1 became leader at term 1`; None if the text is none."""
    found = _LOG_LINE.fullmatch(text)
    return None if found is None else LogLine(line, found[1], found[2])


def new_raft(text: str) -> NewRaft | None:
    """`newRaft 1 [peers: [1,2,3], term: 0, ...]`; None if the text is none."""
    found = _NEW_RAFT.fullmatch(text)
    if found is None:
        return None
    peers = tuple(node_name(peer) for peer in found[2].split(",") if peer)
    term, commit, applied, last_index, last_term = map(int, found.groups()[2:])
    return NewRaft(node_name(found[1]), peers, term, commit, applied, last_index, last_term)


def configuration(text: str) -> Config | None:
    """`voters=(1 2 3)&&(1 2) learners=(4) learners_next=(2) autoleave`; None if the text is none.

    This is what follows "switched to configuration" in raft's log.
    """
    found = _SWITCHED.fullmatch(text)
    return None if found is None else _config(*found.groups()[:4], auto_leave=found[5] is not None)


def conf_state(text: str) -> Config | None:
    """`ConfState:Voters:[1 2 3] VotersOutgoing:[] ...`, as snapshots print it; None if the text is none."""
    found = _CONF_STATE.fullmatch(text)
    return None if found is None else _config(*found.groups()[:4], auto_leave=found[5] == "true")


def _config(
    voters: str | None, outgoing: str | None, learners: str | None, learners_next: str | None, *, auto_leave: bool
) -> Config:
    return Config(
        voters=tuple((voters or "").split()),
        outgoing=tuple((outgoing or "").split()),
        learners=tuple((learners or "").split()),
        learners_next=tuple((learners_next or "").split()),
        auto_leave=auto_leave,
    )
