"""Logs of RabbitMQ's ra: the forms of its lines over the years, whose they are, and what stays unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import SourceNoted, VoteGranted, VoteRefused
from raftlab.core.invariants import Checker
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UNKNOWN, Cluster
from raftlab.importers import detect, read

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

QUEUE = "queue 'orders' in vhost '/'"
A, B, C = ("rabbit@red", "rabbit@green", "rabbit@blue")


def member(node: str) -> str:
    return f"{{'%2F_orders','{node}'}}"


def says(second: float, text: str, level: str = "debug") -> str:
    return f"2023-06-07 08:00:{second:09.6f}+00:00 [{level}] <0.512.0> {QUEUE}: {text}\n"


def banner(node: str) -> str:
    return f"2023-06-07 08:00:00.000000+00:00 [info] <0.222.0>  node           : {node}\n"


AT = "with last {index, term} {40,6} for term 6 previous term"
VERSION = "machine version: 3, last applied 40"
ONE = "".join(
    [
        banner(A),
        says(1.0, f"post_init -> recover in term: 6 {VERSION}"),
        says(1.1, f"recover -> recovered in term: 6 {VERSION}"),
        says(1.2, f"recovered -> follower in term: 6 {VERSION}"),
        "2023-06-07 08:00:01.300000+00:00 [info] <0.99.0> connection <0.99.0>: user 'guest' authenticated\n",
        says(2.0, "pre_vote election called for in term 6"),
        says(2.0, f"follower -> pre_vote in term: 6 {VERSION}"),
        says(2.1, "election called for in term 7"),
        says(2.1, f"pre_vote -> candidate in term: 7 {VERSION}"),
        says(2.2, "vote granted for term 7 votes 1"),
        says(2.3, "vote granted for term 7 votes 2"),
        says(2.4, f"candidate -> leader in term: 7 {VERSION}", "notice"),
    ]
)
# This node's clock is behind: it votes, by its stamps, before anybody stands.
TWO = "".join(
    [
        banner(B),
        says(0.2, f"recovered -> follower in term: 6 {VERSION}"),
        says(0.5, f"granting pre-vote for {member(A)} machine version (their:ours:effective) 3:3:3 {AT} 6"),
        says(0.6, f"granting vote for {member(A)} {AT.replace('term 6', 'term 7')} was 6", "info"),
        says(0.7, f"detected a new leader {member(A)} in term 7", "info"),
    ]
)
THREE = "".join(
    [
        banner(C),
        says(0.2, f"recovered -> follower in term: 6 {VERSION}"),
        says(2.5, f"declining vote for {member(A)} for term 7, candidate last log index term was: {{40,6}}"),
        " last log entry idxterm seen was: {{41,6}}\n",
    ]
)


def of_2020(text: str) -> str:
    """The lines as RabbitMQ 3.8 wrote them."""
    text = re.sub(r" machine version: 3, last applied 40", "", text)
    text = text.replace("with last {index, term}", "with last indexterm").replace("3:3:3", "3:3")
    return re.sub(r"\.(\d{3})\d{3}\+00:00 \[", r".\1 [", text)


def compose(text: str) -> str:
    return "".join(f"red-1  | {line}" for line in text.splitlines(keepends=True))


def elixir(text: str) -> str:
    """The lines of a user that isn't RabbitMQ, in Elixir's logger: each names its member."""
    node = next(re.finditer(r"node +: (\S+)\n", text))[1]
    text = text.replace(QUEUE, f"{{orders,'{node}'}}").replace("{'%2F_orders',", "{orders,")
    return re.sub(
        r"\S+ (\d\d:\d\d:\d\d\.\d{3})\d{3}\+00:00 \[(\w+)\] <\S+>", r"\1 [\2] ", re.sub(r".*node +: .*\n", "", text)
    )


def import_of(tmp_path: Path, *texts: str) -> Imported:
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.log")
        paths[-1].write_text(text)
    return read(paths)


def at_the_end(imported: Imported) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    return cluster


def broken(imported: Imported) -> set[str]:
    checker = Checker()
    for position, event in enumerate(imported.events):
        checker.observe(position, event)
    return {it.invariant for it in checker.broken}


@pytest.mark.parametrize("form", [str, of_2020, compose, elixir])
def test_an_election_in_every_form(form: type[str], tmp_path: Path) -> None:
    imported = import_of(tmp_path, *(form(text) for text in (ONE, TWO, THREE)))

    assert detect(tmp_path / "0.log") == "rabbitmq-ra"
    nodes = at_the_end(imported).nodes
    assert {name: (it.role, it.current_term, it.voted_for, it.leader) for name, it in nodes.items()} == {
        A: (LEADER, 7, A, A),
        B: (FOLLOWER, 7, A, A),
        C: (FOLLOWER, 7, UNKNOWN, UNKNOWN),
    }
    assert broken(imported) == set()
    assert imported.knows == ("roles",)
    assert all(it.lines == it.told + sum(it.skipped.values()) for it in imported.files)
    kinds = [(type(event).__name__, event.node) for event in imported.events]
    for kind in ("BecamePreCandidate", "BecameCandidate", "BecameLeader"):
        assert kinds.count((kind, A)) == 1
    times = [event.at_us for event in imported.events]
    assert times == sorted(times)


def test_every_line_is_accounted_for(tmp_path: Path) -> None:
    one, _, three = import_of(tmp_path, ONE, TWO, THREE).files

    assert one.skipped == {
        "tells who is who, no state": 1, "not about raft": 1, "raft line that repeats what earlier ones said": 2,
    }  # fmt: skip
    assert three.skipped == {"tells who is who, no state": 1, "not about raft": 1}


def test_a_vote_stands_behind_its_candidate_whatever_the_clocks_say(tmp_path: Path) -> None:
    kinds = [(type(it).__name__, it.node) for it in import_of(tmp_path, ONE, TWO).events]

    assert kinds.index(("BecameCandidate", A)) < len(kinds) - 1 - kinds[::-1].index(("VoteGranted", B))
    assert kinds.index(("BecameLeader", A)) < kinds.index(("LeaderLearned", B))


def test_a_pre_vote_raises_no_term_and_leaves_the_vote_unknown(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, "".join(ONE.splitlines(keepends=True)[:7]))).nodes[A]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (PRE_CANDIDATE, 6, UNKNOWN, None)


@pytest.mark.parametrize(
    "text",
    [
        f"granting pre-vote for {member(C)} machine version (their:ours) 3:3 with last indexterm {{9,7}} "
        "for term 7 previous term 7",
        "pre_vote election called for in term 7",
    ],
)
def test_after_a_pre_vote_a_vote_that_was_told_is_unknown(text: str, tmp_path: Path) -> None:
    assert at_the_end(import_of(tmp_path, ONE, TWO)).nodes[B].voted_for == A
    assert at_the_end(import_of(tmp_path, ONE, TWO + says(9, text))).nodes[B].voted_for is UNKNOWN


def test_who_grants_a_vote_is_a_follower(tmp_path: Path) -> None:
    vote = f"granting vote for {member(A)} with last indexterm {{40,6}}for term 7 previous term was 6"

    node = at_the_end(import_of(tmp_path, banner(B) + says(1, vote))).nodes[B]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (FOLLOWER, 7, A, UNKNOWN)


def test_who_detects_a_leader_is_a_follower(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, ONE + says(5, f"detected a new leader {member(B)} in term 8"))).nodes[A]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (FOLLOWER, 8, UNKNOWN, B)


def test_a_vote_for_the_same_one_in_the_next_term_is_a_vote_again(tmp_path: Path) -> None:
    again = f"granting vote for {member(A)} with last indexterm {{40,6}} for term 8 previous term was 7"

    node = at_the_end(import_of(tmp_path, ONE, TWO + says(9, again))).nodes[B]

    assert (node.current_term, node.voted_for) == (8, A)


def test_a_request_for_a_pre_vote_raises_the_term_of_who_refuses_it(tmp_path: Path) -> None:
    asked = says(9, f"declining pre-vote for {member(B)} for term 9, candidate last log index term was: {{4,6}}")

    assert at_the_end(import_of(tmp_path, TWO + asked)).nodes[B].current_term == 9


def test_votes_given(tmp_path: Path) -> None:
    granted = [it for it in import_of(tmp_path, ONE, TWO).events if isinstance(it, VoteGranted)]

    told = sorted((it.node, it.candidate, it.term, it.pre) for it in granted)
    assert told == [(B, A, 6, True), (B, A, 7, False), (A, A, 7, False)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("declining vote for PEER for term 7, candidate last log index term was: {4,6}", ("log", 7, False)),
        ("declining vote to PEER for term 5, current term 7", ("term", 5, False)),
        (f"follower request_vote_rpc for PEER already voted for {member(C)} in 7", ("voted", 7, False)),
        ("declining pre-vote for PEER for term 7, candidate last log index term was: {4,6}", ("log", 7, True)),
        ("declining pre-vote for PEER for protocol version 9", ("unknown", UNKNOWN, True)),
        ("declining pre-vote for PEER their machine version 2 ours is 3", ("unknown", UNKNOWN, True)),
    ],
)
def test_why_a_vote_is_refused(text: str, told: tuple[str, int, bool], tmp_path: Path) -> None:
    events = import_of(tmp_path, banner(B) + says(1, text.replace("PEER", member(A)))).events

    assert [(it.reason, it.term, it.pre) for it in events if isinstance(it, VoteRefused)] == [told]
    assert [it.candidate for it in events if isinstance(it, VoteRefused)] == [A]


def test_a_pre_vote_refused_for_its_old_term_by_the_line_without_a_colon(tmp_path: Path) -> None:
    line = says(1, f"declining pre-vote to {member(A)} for term 5, current term 7").replace("'/': ", "'/' ")

    events = import_of(tmp_path, banner(B) + line).events

    assert [(it.reason, it.term, it.pre) for it in events if isinstance(it, VoteRefused)] == [("term", 5, True)]


def test_a_log_without_debug_lines_tells_the_leaders(tmp_path: Path) -> None:
    quiet = "".join(line for text in (ONE, TWO) for line in text.splitlines(keepends=True) if "[debug]" not in line)
    one, two = quiet.split(banner(B))

    imported = import_of(tmp_path, one, banner(B) + two)

    nodes = at_the_end(imported).nodes
    assert {name: (it.role, it.current_term, it.voted_for, it.leader) for name, it in nodes.items()} == {
        A: (LEADER, 7, A, A),
        B: (FOLLOWER, 7, A, A),
    }
    assert imported.knows == ()
    assert broken(imported) == set()


def test_a_leader_that_hears_of_a_newer_term(tmp_path: Path) -> None:
    text = ONE + says(5, f"leader saw request_vote_rpc from {member(B)} for term 8 abdicates term: 7!", "notice")
    text += says(5, f"leader -> follower in term: 8 {VERSION}", "notice")

    imported = import_of(tmp_path, text)

    last = [it for it in imported.events if type(it).__name__ == "BecameFollower"][-1]
    assert last.reason == f"a newer term, from {B}"  # type: ignore[attr-defined]
    node = at_the_end(imported).nodes[A]
    assert (node.role, node.current_term, node.voted_for, node.leader) == (FOLLOWER, 8, UNKNOWN, UNKNOWN)


def test_a_leader_that_waits_may_or_may_not_lead(tmp_path: Path) -> None:
    text = ONE + says(5, f"leader -> await_condition in term: 7 {VERSION}", "notice")

    node = at_the_end(import_of(tmp_path, text)).nodes[A]

    assert (node.role, node.current_term, node.leader) == (UNKNOWN, 7, UNKNOWN)


def test_recovering_again_is_a_restart(tmp_path: Path) -> None:
    imported = import_of(tmp_path, ONE + says(9, f"post_init -> recover in term: 7 {VERSION}"))

    kinds = [type(event).__name__ for event in imported.events]
    assert kinds.count("NodeRestarted") == 1
    assert at_the_end(imported).nodes[A].role is FOLLOWER


def test_the_node_by_its_directory_its_files_name_or_the_files_own(tmp_path: Path) -> None:
    system = "2023-06-07 08:00:00.000000+00:00 [info] <0.9.0> starting Ra system: quorum_queues in directory: "
    body = ONE.removeprefix(banner(A))

    assert import_of(tmp_path, f"{system}/var/lib/mnesia/{C}/quorum/{C}\n{body}").nodes == (C,)
    assert import_of(tmp_path, body).nodes == ("0",)
    named = tmp_path / f"{B}.log"
    named.write_text(body)
    assert read([named]).nodes == (B,)
    named.write_text(compose(body))
    assert read([named]).nodes == (B,)
    assert import_of(tmp_path, compose(body)).nodes == ("red-1",)


def test_of_several_clusters_the_one_told_most_of(tmp_path: Path) -> None:
    other = says(0.5, "candidate -> leader in term: 99").replace("'orders'", "'bills'")
    store = (
        "2023-06-07 08:00:03.000000+00:00 [notice] <0.7.0> RabbitMQ metadata store: candidate -> leader in term: 98\n"
    )

    imported = import_of(tmp_path, ONE + other + store)

    assert at_the_end(imported).nodes[A].current_term == 7
    report = imported.files[0]
    assert report.skipped[f"of another cluster than {QUEUE}, of which the files tell most"] == 2
    assert report.lines == report.told + sum(report.skipped.values())


def test_a_candidate_and_what_else_it_says(tmp_path: Path) -> None:
    text = "".join(ONE.splitlines(keepends=True)[:9]) + says(
        3, "Leader monitor down with shutdown, setting election timeout"
    )

    imported = import_of(tmp_path, text)

    node = at_the_end(imported).nodes[A]
    assert (node.role, node.current_term, node.voted_for) == (CANDIDATE, 7, A)
    notes = [event.text for event in imported.events if isinstance(event, SourceNoted)]
    assert notes[-1] == "Leader monitor down with shutdown, setting election timeout"


def test_two_leaders_of_one_term_are_noticed(tmp_path: Path) -> None:
    twin = banner(C) + says(3, "candidate -> leader in term: 7", "notice")

    assert "Election Safety" in broken(import_of(tmp_path, ONE, twin))


def test_without_a_line_of_rafts_it_says_what_one_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "none.log"
    path.write_text("nothing\n")

    with pytest.raises(TraceError, match="candidate -> leader"):
        read([path], "rabbitmq-ra")
