"""A log of any make, read by its owner's patterns: a YAML file of regular expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import BecameLeader, CommitAdvanced, EntryAppended, MessageReceived, MessageSent, VoteRefused
from raftlab.core.invariants import Checker
from raftlab.core.messages import RequestVote, RequestVoteReply
from raftlab.core.model import LEADER, Cluster
from raftlab.importers import read

if TYPE_CHECKING:
    from pathlib import Path

PATTERNS = r"""
patterns: shop-raft
line: '^(?<time>\S+) \[(?<node>[\w.]+)\] (?<text>.*)$'
names: {10.0.0.1: n1, 10.0.0.2: n2, 10.0.0.3: n3}
events:
  - match: '^timeout, candidate in term (?<term>\d+)'
    event: BecameCandidate
  - match: '^ask (?<to>\S+) for a vote #(?<id>\d+) term=(?<term>\d+) last=(?<last_log_index>\d+)/(?<last_log_term>\d+)'
    event: MessageSent
    message: RequestVote
  - match: '^(?<sender>\S+) asks for a vote #(?<id>\d+)'
    event: MessageReceived
  - match: '^vote for (?<candidate>\S+) in term (?<term>\d+)'
    event: VoteGranted
  - match: '^no vote for (?<candidate>\S+)'
    event: VoteRefused
    with: {reason: log}
  - match: '^answer (?<to>\S+) #(?<id>\d+) term=(?<term>\d+) granted=(?<granted>\w+)'
    event: MessageSent
    message: RequestVoteReply
  - match: '^elected in term (?<term>\d+)'
    event: BecameLeader
  - match: '^append (?<entry_index>\d+)@(?<entry_term>\d+): (?<entry_text>.*)'
    event: EntryAppended
  - match: '^commit (?<index>\d+)'
    event: CommitAdvanced
  - match: '^GET '
    skip: a request of a client
"""

LOG_1 = """\
2026-11-23T10:00:00.000Z [10.0.0.1] timeout, candidate in term 2
2026-11-23T10:00:00.001Z [10.0.0.1] ask 10.0.0.2 for a vote #7 term=2 last=3/1
2026-11-23T10:00:00.002Z [10.0.0.1] ask 10.0.0.3 for a vote #8 term=2 last=3/1
2026-11-23T10:00:00.009Z [10.0.0.1] elected in term 2
2026-11-23T10:00:00.010Z [10.0.0.1] append 4@2: x=1
2026-11-23T10:00:00.020Z [10.0.0.1] commit 4
2026-11-23T10:00:00.021Z [10.0.0.1] GET /metrics
2026-11-23T10:00:00.022Z [10.0.0.1] something else
    a stack trace
"""
LOG_2 = """\
2026-11-23T09:59:59.900Z [10.0.0.2] 10.0.0.1 asks for a vote #7
2026-11-23T09:59:59.901Z [10.0.0.2] vote for 10.0.0.1 in term 2
2026-11-23T09:59:59.902Z [10.0.0.2] answer 10.0.0.1 #7 term=2 granted=true
2026-11-23T09:59:59.903Z [10.0.0.2] no vote for 10.0.0.3
2026-11-23T09:59:59.904Z [10.0.0.2] answer 10.0.0.1 #9 term=2 granted=maybe
"""


def paths(folder: Path) -> list[Path]:
    found = [folder / "a.log", folder / "b.log"]
    for path, text in zip(found, (LOG_1, LOG_2), strict=True):
        path.write_text(text)
    return found


def patterns(folder: Path, text: str = PATTERNS) -> str:
    path = folder / "shop.yaml"
    path.write_text(text)
    return str(path)


def test_lines_become_events_and_states(tmp_path: Path) -> None:
    imported = read(paths(tmp_path), patterns(tmp_path))

    cluster = Cluster.empty()
    cluster.fold(imported.events)
    one, two = cluster.nodes["n1"], cluster.nodes["n2"]
    assert (one.role, one.current_term, one.voted_for, one.commit_index) == (LEADER, 2, "n1", 4)
    assert [(entry.index, entry.term, entry.text) for entry in one.log] == [(4, 2, "x=1")]
    assert (two.current_term, two.voted_for) == (2, "n1")
    assert set(imported.knows) == {"roles", "terms", "votes", "leaders", "entries", "commits", "messages"}
    kinds = [type(event) for event in imported.events]
    assert {BecameLeader, CommitAdvanced, EntryAppended, VoteRefused} <= set(kinds)


def test_a_message_arrives_after_it_was_sent_though_the_clocks_disagree(tmp_path: Path) -> None:
    events = read(paths(tmp_path), patterns(tmp_path)).events

    received = [event for event in events if isinstance(event, MessageReceived)]
    assert len(received) == 1
    assert received[0].cause is not None
    sent = events[received[0].cause]
    assert isinstance(sent, MessageSent)
    assert received[0].message == sent.message == RequestVote(2, 3, 1)
    assert sent.at_us <= received[0].at_us
    answers = [event.message for event in events if isinstance(event, MessageSent) and event.node == "n2"]
    assert answers == [RequestVoteReply(2, True)]


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    first, second = read(paths(tmp_path), patterns(tmp_path)).files

    assert (first.kind, first.lines, first.told) == ("shop-raft", 9, 6)
    assert first.skipped == {
        "a request of a client": 1,
        "matches no pattern": 1,
        "doesn't look like the pattern of a line": 1,
    }
    assert second.lines == second.told + sum(second.skipped.values())
    assert any("granted can't be 'maybe'" in reason for reason in second.skipped)


def test_the_checker_looks_at_it_too(tmp_path: Path) -> None:
    files = paths(tmp_path)
    with files[1].open("a") as file:
        file.write("2026-11-23T10:00:01.000Z [10.0.0.2] elected in term 2\n")

    checker = Checker()
    for position, event in enumerate(read(files, patterns(tmp_path)).events):
        checker.observe(position, event)

    assert "Election Safety" in {broken.invariant for broken in checker.broken}


def test_vector_clocks_order_lines_that_have_no_time(tmp_path: Path) -> None:
    text = r"""
time: none
line: '^(?<node>\w+) (?<clock>\{.*?\}) (?<text>.*)$'
events:
  - match: 'leads (?<term>\d+)'
    event: BecameLeader
  - match: 'follows (?<leader>\w+) (?<term>\d+)'
    event: LeaderLearned
"""
    path = tmp_path / "log"
    path.write_text('n2 {"n2":1,"n1":1} follows n1 3\nn1 {"n1":1} leads 3\n')

    imported = read([path], patterns(tmp_path, text))

    told = [(type(event).__name__, event.node) for event in imported.events if "Became" in type(event).__name__]
    assert imported.unit == "step"
    assert told == [("BecameLeader", "n1")]
    assert [event.node for event in imported.events if event.node].index("n1") == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("events: []\n", r"shop.yaml:1:9: there is no event to look for"),
        ("line: x\n", r"lacks the key 'events'"),
        ("events:\n  - match: '('\n    event: BecameLeader\n", r"shop.yaml:2:12: '\(' is no regular expression"),
        ("events:\n  - match: 'a'\n    event: BecameLeder\n", r"shop.yaml:3:12: .*did you mean 'BecameLeader'"),
        (
            "events:\n  - match: '(?<trem>a)'\n    event: BecameLeader\n",
            r"BecameLeader has no field 'trem'; did you mean",
        ),
        ("events:\n  - match: 'a'\n    event: MessageSent\n", r"needs the key 'message'"),
        ("events:\n  - match: 'a'\n    event: CommitAdvanced\n", r"CommitAdvanced needs index: as a group \(\?<index>"),
        ("events:\n  - match: 'a'\n", r"needs the key 'event' .* or 'skip'"),
        ("time: sometimes\nevents:\n  - match: 'a'\n    skip: b\n", r"shop.yaml:1:7: 'time' can't be 'sometimes'"),
        ("line: 'a'\nevents:\n  - match: 'a'\n    skip: b\n", r"needs a group \(\?<text>"),
        ("events:\n  - match: 'a'\n    event: TermAdvanced\n    with: {term: '{x}'}\n", r"names no group"),
        (
            "events:\n  - match: 'a'\n    event: TermAdvanced\n    message: PreVote\n",
            r"TermAdvanced carries no message",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=message):
        read(paths(tmp_path), patterns(tmp_path, text))


def test_a_missing_file_of_patterns(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="there is no such file; --kind takes"):
        read(paths(tmp_path), str(tmp_path / "none.yaml"))


def test_a_log_that_the_patterns_find_nothing_in(tmp_path: Path) -> None:
    path = tmp_path / "other.log"
    path.write_text("hello\n")

    with pytest.raises(TraceError, match="no line is an event by these patterns"):
        read([path], patterns(tmp_path))
