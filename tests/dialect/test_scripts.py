"""Scripts on our engine: what agrees, what is found to differ, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import LeadConfirmed, MessageReceived, MessageSent, SnapshotInstalled
from raftlab.core.invariants import Checker
from raftlab.core.messages import AppendEntries
from raftlab.core.model import Cluster
from raftlab.dialect import AGREES, DIFFERS, UNSUPPORTED, Outcome, run_script
from raftlab.trace.codec import decode_block, encode_block
from tests.dialect.scripts import ELECTION, SCRIPTS
from tests.importers.recordings import NO_SHARED, SHARED

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted((SHARED / "third-party" / "etcd-raft").glob("*.txt"))


def is_sound(outcome: Outcome) -> None:
    """The run is a trace like any other: it folds to the same state once it is decoded, and breaks no invariant."""
    live, decoded, checker = Cluster.empty(), Cluster.empty(), Checker()
    live.fold(outcome.events)
    events = decode_block(encode_block(list(outcome.events), None))
    decoded.fold(events)
    for position, event in enumerate(events):
        checker.observe(position, event)
    assert live.nodes == decoded.nodes
    assert checker.broken == []
    assert not any(isinstance(event, LeadConfirmed) for event in events), "etcd asks no clock"
    assert [event.at_us for event in events] == list(range(len(events)))


@pytest.mark.skipif(not FILES, reason=NO_SHARED)
@pytest.mark.parametrize("path", FILES or [None], ids=lambda path: "none" if path is None else path.stem)
def test_all_that_etcd_prints_is_what_we_have(path: Path) -> None:
    outcome = run_script(path.read_text(encoding="utf-8"), path.name)

    assert (outcome.verdict, outcome.line, outcome.compared > 8) == (AGREES, None, True), outcome.text
    is_sound(outcome)


@pytest.mark.parametrize("name", SCRIPTS)
def test_our_own_scripts(name: str) -> None:
    outcome = run_script(SCRIPTS[name], name)

    assert (outcome.verdict, outcome.line, outcome.compared >= 2) == (AGREES, None, True), outcome.text
    is_sound(outcome)


@pytest.mark.parametrize(
    ("printed", "doctored", "ours"),
    [
        ("1 became follower at term 1", "1 became follower at term 2", "node 1 became follower at term 1"),
        ("Lead:2 State:StateLeader", "Lead:2 State:StateCandidate", "node 2 is leader and follows 2"),
        ("Term:1 Vote:2 Commit:6", "Term:1 Vote:2 Commit:7", "node 2 has term 1, vote 2, commit 6"),
        ('1/7 EntryNormal "passed_on"', '2/7 EntryNormal "passed_on"', 'the log has entry 7:1 "passed_on"'),
        ('1/7 EntryNormal "passed_on"', '1/7 EntryNormal "other"', 'the log has entry 7:1 "passed_on"'),
        ('1/7 EntryNormal "passed_on"', "1/7 EntryConfChange v3", 'the log has entry 7:1 "passed_on"'),
        ("1: StateReplicate match=7 next=8", "1: StateProbe match=7 next=8", "node 1: replicate, match 7, next 8"),
        ("2: StateReplicate match=7 next=8", "2: StateReplicate match=6 next=8", "node 2: replicate, match 7, next 8"),
        ("voters=(1 2)", "voters=(1 2 3)", "node 1 switched to voters (1 2)"),
        ("lastindex: 5,", "lastindex: 6,", "node 1 started with (1 2), term 0, commit 5, last entry 5:1"),
    ],
)
def test_what_etcd_would_have_to_print_otherwise_is_found_in_its_line(printed: str, doctored: str, ours: str) -> None:
    lines = ELECTION.splitlines()
    place = next(number for number, line in enumerate(lines) if printed in line)
    lines[place] = lines[place].replace(printed, doctored)

    outcome = run_script("\n".join(lines), "doctored.txt")

    assert (outcome.verdict, outcome.line) == (DIFFERS, place + 1)
    assert outcome.text.startswith(f"we have: {ours}; etcd printed: ")


def test_a_line_that_is_missing_and_one_too_many_are_differences() -> None:
    entry = '1/7 EntryNormal "passed_on"\n'
    last = ELECTION.count("\n")

    assert run_script(ELECTION.replace(entry, ""), "x").line == last - 1
    more = run_script(ELECTION.replace(entry, entry + '1/8 EntryNormal "more"\n'), "x")

    assert (more.verdict, more.line) == (DIFFERS, ELECTION[: ELECTION.index(entry)].count("\n") + 2)
    assert more.text == 'we have: nothing here; etcd printed: the log has entry 8:1 "more"'


def test_an_unknown_command_stops_the_run_at_its_line() -> None:
    outcome = run_script(ELECTION + "\n# What is this?\nlog-level info\nconquer 1\n----\nok\n", "x")

    assert (outcome.verdict, outcome.text) == (UNSUPPORTED, "unsupported command: conquer")
    assert outcome.line == ELECTION.count("\n") + 4


def test_a_command_that_etcd_does_not_know_either_changes_nothing() -> None:
    assert run_script(ELECTION + "\nconquer 1\n----\nunknown command\n", "x").verdict == AGREES


@pytest.mark.parametrize(
    "command",
    ["add-nodes 1 voters=(1) index=2 flavour=sweet", "add-nodes 1 voters=(1) index=2 read-only=maybe"],
)
def test_an_unknown_wish_is_unsupported(command: str) -> None:
    outcome = run_script(f"{command}\n----\nok\n", "x")

    assert (outcome.verdict, outcome.line) == (UNSUPPORTED, 1)


@pytest.mark.parametrize("change", ["x2", "r1 r2"])
def test_a_change_of_members_that_cannot_be_is_unsupported(change: str) -> None:
    outcome = run_script(f"{ELECTION}\npropose-conf-change 2\n{change}\n----\nok\n", "x")

    assert (outcome.verdict, outcome.line) == (UNSUPPORTED, ELECTION.count("\n") + 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: there is no command in this file"),
        ("# words\n", "x: there is no command in this file"),
        ("campaign 1\n----\nok\n", "x:1: campaign: there is no node '1'; the nodes are none yet"),
        ("add-nodes many\n----\nok\n", "x:1: add-nodes: here how many nodes should be said, as a number"),
        ("add-nodes 1 voters=(1) index=two\n----\nok\n", "x:1: add-nodes: index=two is no number"),
        ("add-nodes 2\ncampaign 1 2\n----\nok\n", "x:2: campaign: here 1 node should be named, and 2 are"),
        ("add-nodes 1\n", "x:1: the command 'add-nodes' has no line '----' below it"),
    ],
)
def test_what_is_no_script_is_a_mistake_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TraceError) as caught:
        run_script(text, "x")

    assert str(caught.value).startswith(message)


def test_who_has_a_snapshot_need_not_be_told_how_far_is_committed() -> None:
    outcome = run_script(SCRIPTS["newcomer"], "x")
    events = list(zip(outcome.events, outcome.lines, strict=True))
    proposed = SCRIPTS["newcomer"].splitlines().index("propose 1 more") + 1

    installed = next(place for place, (it, _) in enumerate(events) if isinstance(it, SnapshotInstalled) and it.cause)
    told = [it for it, line in events[installed:] if line < proposed and isinstance(it, MessageSent) and it.to == "4"]

    assert not any(isinstance(it.message, AppendEntries) for it in told)


def test_every_event_knows_the_line_that_led_to_it() -> None:
    outcome = run_script(ELECTION, "x")
    lines = ELECTION.splitlines()

    received = next(place for place, it in enumerate(outcome.events) if isinstance(it, MessageReceived))

    assert len(outcome.lines) == len(outcome.events)
    assert lines[outcome.lines[received] - 1] == "stabilize"
