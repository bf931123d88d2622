"""Mermaid diagrams: each line is one that Mermaid's grammar knows, and nothing is lost without a word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from raftlab.core import events as e
from raftlab.core.errors import RaftlabError
from raftlab.core.log import Entry
from raftlab.core.messages import AppendEntries, AppendEntriesReply, OtherMessage, RequestVote, RequestVoteReply
from raftlab.exports.mermaid import escaped, mermaid
from raftlab.exports.range import Range
from raftlab.trace import Timeline
from tests.exports.ranges import real, run, told, whole

_TEXT = r": (?:[^#;\n<>]|#\w+;)+"
_LINES = re.compile(
    rf"sequenceDiagram|    (?:participant p\d+ as (?:[^#;\n<>]|#\w+;)+"
    rf"|p\d+(?:->>|-->>|-x|--x|--?\))p\d+{_TEXT}|Note over p\d+(?:,p\d+)?{_TEXT})"
)


@pytest.mark.parametrize(
    "recorded",
    [
        lambda: run("leader-crash", 3_000_000),
        lambda: run("lease-read"),
        lambda: run("second-election", off=("stand-without-raising-term",)),
        lambda: real().timeline,
    ],
)
def test_every_line_is_one_that_mermaid_knows(recorded: Callable[[], Timeline]) -> None:
    timeline = recorded()
    lines = mermaid(timeline, whole(timeline)).splitlines()

    assert lines[0] == "sequenceDiagram"
    assert [line for line in lines if not _LINES.fullmatch(line)] == []
    declared = {line.split()[1] for line in lines if line.startswith("    participant")}
    used = {name for line in lines[1:] for name in re.findall(r"\bp\d+\b", line.split(":")[0])}
    assert used == declared


def test_names_and_texts_that_mermaid_would_take_for_its_own_are_escaped() -> None:
    timeline = told(
        e.MessageSent(0, "end", None, None, "a;b", OtherMessage(1, "x;#<y>\n")),
        e.MessageReceived(1, "a;b", 0, None, "end", OtherMessage(1, "x;#<y>\n")),
        nodes=("end", "a;b"),
    )

    assert mermaid(timeline, whole(timeline)) == (
        "sequenceDiagram\n    participant p0 as end\n    participant p1 as a#59;b\n    p0->>p1: x#59;#35;#lt;y#gt; \n"
    )
    assert escaped("50%%") == "50#37;#37;"


def test_arrows_say_what_became_of_a_message() -> None:
    ask, yes = RequestVote(2), RequestVoteReply(2, True)
    timeline = told(
        e.MessageSent(0, "n1", None, None, "n2", ask),
        e.MessageSent(0, "n1", None, None, "n2", ask),
        e.MessageSent(0, "n1", None, None, "n2", ask),
        e.MessageSent(0, "n1", None, None, "n2", ask),
        e.MessageReceived(1, "n2", 0, None, "n1", ask),
        e.MessageDropped(2, "n2", 1, None, "n1", "cut"),
        e.MessageDropped(2, "n2", 2, None, "n1", "unseen"),
        e.MessageSent(3, "n2", 4, None, "n1", yes),
        e.MessageReceived(4, "n1", 7, None, "n2"),
    )

    assert mermaid(timeline, whole(timeline)).splitlines()[3:] == [
        "    p0->>p1: vote? 2",
        "    p0-xp1: vote? 2 (no link)",
        "    p0-)p1: vote? 2 (not seen to arrive)",
        "    p1-->>p0: vote yes",
        "    p0-)p1: vote? 2 (under way)",
    ]


def test_heartbeats_and_their_answers_are_counted_and_not_drawn() -> None:
    def exchange(request: AppendEntries) -> list[str]:
        reply = AppendEntriesReply(1, True, 1)
        timeline = told(
            e.MessageSent(0, "n1", None, None, "n2", request),
            e.MessageReceived(1, "n2", 0, None, "n1", request),
            e.LeaderLearned(1, "n2", 1, None, "n1", 1),
            e.MessageSent(1, "n2", 2, None, "n1", reply),
            e.MessageReceived(2, "n1", 3, None, "n2", reply),
        )
        return mermaid(timeline, whole(timeline)).splitlines()[3:]

    assert exchange(AppendEntries(1)) == ["    Note over p0,p1: 2 heartbeats and answers to them aren't drawn"]
    assert exchange(AppendEntries(1, 0, 0, (Entry(1, 1, "normal", "x=1"),))) == [
        "    p0->>p1: AE 1:x=1",
        "    p1-->>p0: ok 1",
    ]


def test_a_diagram_of_modified_raft_says_so() -> None:
    timeline = run("second-election", off=("stand-without-raising-term",))

    text = mermaid(timeline, Range(100, 160))

    assert "Note over p0,p2: modified Raft: stand-without-raising-term" in text
    assert "Vote Once is broken" in text


def test_what_mermaid_would_not_draw_is_refused_with_what_it_would() -> None:
    many = [e.NodeCrashed(at, "n1", None, None) for at in range(2000)]
    timeline = told(*many)

    with pytest.raises(RaftlabError, match=r"Mermaid draws 50,000; narrow it with --from and --to") as refused:
        mermaid(timeline, whole(timeline))
    last = int(str(refused.value).rsplit(" ", 1)[1])
    assert mermaid(timeline, Range(0, last + 1))
