"""Logs of Kafka in KRaft mode: the states of its versions, the forms of its lines, and what stays unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import ConfigChanged, SourceNoted, VoteCounted
from raftlab.core.invariants import Checker
from raftlab.core.model import CANDIDATE, FOLLOWER, LEADER, PRE_CANDIDATE, UNKNOWN, Cluster
from raftlab.importers import detect, read
from raftlab.importers.kafka_kraft.lines import state_of
from raftlab.importers.stamps import micros

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported


def enters(second: float, node: int, state: str, former: str = "null") -> str:
    """A line of version 3.5 and later; `former` "" for the older ones, which don't say it."""
    text = f"[RaftManager id={node}] Completed transition to {state}" + (f" from {former}" if former else "")
    return stamped(second, f"{text} (org.apache.kafka.raft.QuorumState)")


def stamped(second: float, text: str) -> str:
    return f"[2024-02-03 11:00:{second:06.3f}] INFO {text}\n".replace(".", ",", 1)


NONE = "Optional.empty"
V = "voters=[1, 2, 3]"
KEY = "ReplicaKey(id=1, directoryId=Optional[abc-DEF_0])"
WATERMARK = "Optional[LogOffsetMetadata(offset=40, metadata=Optional.empty)]"
UNATTACHED = f"Unattached(epoch=4, {V}, electionTimeoutMs=1500)"
CANDIDATE_5 = "CandidateState(localId=1, epoch=5, retries=1, voteStates={{1=GRANTED, 2={}, 3={}}}, {})"
TAIL = f"highWatermark={NONE}, electionTimeoutMs=1234"
STANDS = CANDIDATE_5.format("UNRECORDED", "UNRECORDED", TAIL)
WON = CANDIDATE_5.format("GRANTED", "REJECTED", TAIL)
FETCHED = "endOffset=Optional.empty, lastFetchTimestamp=-1, lastCaughtUpTimestamp=-1, hasAcknowledgedLeader=false"
REPLICAS = ", ".join(f"{n}=ReplicaState(nodeId={n}, {FETCHED})" for n in (1, 2, 3))
LEADS = f"Leader(localId=1, epoch=5, epochStartOffset=40, highWatermark={NONE}, voterStates={{{REPLICAS}}})"
VOTED = f"Voted(epoch=5, votedId=1, {V}, electionTimeoutMs=1800)"
FOLLOWS = (
    f"FollowerState(fetchTimeoutMs=2000, epoch=5, leaderId=1, {V}, highWatermark={WATERMARK}, fetchingSnapshot={NONE})"
)

ONE = "".join(
    [
        stamped(0, "Loading producer state till offset 0 (kafka.log.Log)"),
        enters(0.1, 1, UNATTACHED),
        stamped(
            0.9,
            "[RaftManager id=1] Election has timed out, backing off for 0ms (org.apache.kafka.raft.KafkaRaftClient)",
        ),
        enters(1, 1, STANDS, UNATTACHED),
        stamped(1.1, "[RaftManager id=1] Node 3 disconnected. (org.apache.kafka.clients.NetworkClient)"),
        enters(1.2, 1, LEADS, WON),
        stamped(
            1.5,
            "[RaftManager id=1] High watermark set to LogOffsetMetadata(offset=41, metadata=Optional[(x=0,y=91)]) for "
            "the first time for epoch 5 based on indexOfHw 1 and voters [] (org.apache.kafka.raft.LeaderState)",
        ),
    ]
)
# This node's clock is behind: it votes, by its stamps, before anybody stands.
TWO = "".join([enters(0.1, 2, UNATTACHED), enters(0.3, 2, VOTED, UNATTACHED), enters(0.4, 2, FOLLOWS, VOTED)])
THREE = enters(1.3, 3, FOLLOWS)


def older(text: str) -> str:
    """The lines as versions before 3.5 write them."""
    return re.sub(r" from (?:null|\w+\([^)]*(?:\([^)]*\)[^)]*)*\)) \(", " (", text).replace(
        "RaftManager id", "RaftManager nodeId"
    )


def spring(text: str) -> str:
    """The lines as Spring's default layout prints them."""
    pattern = r"\[(\S+) ([^\]]+)\] INFO (.*) \(([\w.$]+)\)\n"
    return re.sub(
        pattern, lambda m: f"{m[1]}T{m[2].replace(',', '.')}Z  INFO 9 --- [io-thread] {m[4]} : {m[3]}\n", text
    )


def compose(text: str) -> str:
    return "".join(f"kafka-1  | {line}" for line in text.splitlines(keepends=True))


def stamped_twice(text: str) -> str:
    return "".join(f"2024-02-03T11:00:59.000000001Z {line}" for line in text.splitlines(keepends=True))


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


@pytest.mark.parametrize("form", [str, older, spring, compose, stamped_twice])
def test_an_election_in_every_form(form: type[str], tmp_path: Path) -> None:
    imported = import_of(tmp_path, *(form(text) for text in (ONE, TWO, THREE)))

    assert detect(tmp_path / "0.log") == "kafka-kraft"
    nodes = at_the_end(imported).nodes
    assert {
        name: (it.role, it.current_term, it.voted_for, it.leader, it.commit_index) for name, it in nodes.items()
    } == {
        "1": (LEADER, 5, "1", "1", 41),
        "2": (FOLLOWER, 5, "1", "1", 40),
        "3": (FOLLOWER, 5, UNKNOWN, "1", 40),
    }
    assert broken(imported) == set()
    assert all(it.lines == it.told + sum(it.skipped.values()) for it in imported.files)
    assert imported.files[0].skipped == {"not about raft": 2}
    assert [event.config.voters for event in imported.events if isinstance(event, ConfigChanged)] == [
        ("1", "2", "3")
    ] * 3
    times = [event.at_us for event in imported.events]
    assert times == sorted(times)
    assert times[0] == micros("2024-02-03T11:00:00.100")


def test_a_vote_stands_behind_its_candidate_whatever_the_clocks_say(tmp_path: Path) -> None:
    kinds = [(type(it).__name__, it.node) for it in import_of(tmp_path, ONE, TWO, THREE).events]

    assert kinds.index(("BecameCandidate", "1")) < kinds.index(("VoteGranted", "2"))
    assert kinds.index(("BecameLeader", "1")) < len(kinds) - 1 - kinds[::-1].index(("BecameFollower", "2"))


def test_the_former_state_tells_who_answered(tmp_path: Path) -> None:
    events = import_of(tmp_path, ONE).events

    counted = [(it.voter, it.granted, it.term) for it in events if isinstance(it, VoteCounted)]
    assert counted == [("1", True, 5), ("2", True, 5), ("3", False, 5)]
    kinds = [type(event).__name__ for event in events]
    assert kinds[-3:] == ["VoteCounted", "BecameLeader", "CommitAdvanced"]


def test_the_newest_states_with_pre_votes(tmp_path: Path) -> None:
    no_leader = f"leaderId=OptionalInt.empty, votedKey={NONE}"
    begin = f"UnattachedState(epoch=0, {no_leader}, {V}, electionTimeoutMs=9, highWatermark={NONE})"
    grant = "{0}=VoterState(replicaKey=ReplicaKey(id={0}, directoryId=<undefined>), state=GRANTED)"
    grants = f"voterStates={{{grant.format(1)}, {grant.format(2)}}}"
    asks = f"ProspectiveState(epoch=0, leaderId=OptionalInt[2], votedKey={NONE}, epochElection=EpochElection[{grants}])"
    stands = f"CandidateState(localId=1, localDirectoryId=a, epoch=1, epochElection=EpochElection({grants}), {TAIL})"
    announced = enters(1, 1, stands, asks).replace("Completed transition", "Attempting durable transition")

    first = import_of(tmp_path, enters(0, 1, begin) + enters(1, 1, asks, begin))
    imported = import_of(
        tmp_path, enters(0, 1, begin) + enters(1, 1, asks, begin) + announced + enters(1, 1, stands, asks)
    )

    node = at_the_end(first).nodes["1"]
    assert (node.role, node.current_term, node.voted_for, node.leader) == (PRE_CANDIDATE, 0, None, "2")
    node = at_the_end(imported).nodes["1"]
    assert (node.role, node.current_term, node.voted_for, node.leader) == (CANDIDATE, 1, "1", None)
    counted = [(it.voter, it.pre) for it in imported.events if isinstance(it, VoteCounted)]
    assert counted == [("2", True), ("1", False)]
    assert imported.files[0].skipped == {"announces a quorum state that a line below says is entered": 1}


@pytest.mark.parametrize(
    "printed",
    ["leaderId=2", "leader=2", "leaderId=OptionalInt[2]", "leader=kafka-2.example:9093 (id: 2 rack: null)"],
)
def test_the_leader_in_every_version(printed: str, tmp_path: Path) -> None:
    state = (
        f"FollowerState(fetchTimeoutMs=2000, epoch=6, {printed}, votedKey=Optional[{KEY}], {V}, highWatermark={NONE})"
    )

    node = at_the_end(import_of(tmp_path, enters(1, 3, state))).nodes["3"]

    assert (node.role, node.current_term, node.voted_for, node.leader, node.commit_index) == (
        FOLLOWER,
        6,
        "1",
        "2",
        UNKNOWN,
    )


def test_a_vote_that_was_told_is_kept_where_a_later_state_does_not_print_it(tmp_path: Path) -> None:
    text = ONE + enters(3, 1, FOLLOWS.replace("leaderId=1", "leaderId=2"), LEADS)

    assert at_the_end(import_of(tmp_path, text)).nodes["1"].voted_for == "1"


def test_a_leader_that_resigns_and_starts_again(tmp_path: Path) -> None:
    resigned = (
        f"ResignedState(localId=1, epoch=5, {V}, electionTimeoutMs=9, unackedVoters=[2, 3], preferredSuccessors=[2])"
    )

    imported = import_of(tmp_path, ONE + enters(5, 1, resigned, LEADS) + enters(8, 1, resigned))

    kinds = [type(event).__name__ for event in imported.events]
    assert kinds.count("NodeRestarted") == 1
    assert [it.reason for it in imported.events if type(it).__name__ == "BecameFollower"] == ["", "it resigns", ""]  # type: ignore[attr-defined]
    node = at_the_end(imported).nodes["1"]
    assert (node.role, node.current_term, node.voted_for, node.leader) == (FOLLOWER, 5, "1", None)


def test_the_raft_clients_other_lines_are_notes_and_the_networks_are_not(tmp_path: Path) -> None:
    notes = [event.text for event in import_of(tmp_path, ONE).events if isinstance(event, SourceNoted)]

    assert notes == ["Election has timed out, backing off for 0ms"]


def test_who_has_not_answered_is_not_counted_nor_who_answered_in_another_epoch(tmp_path: Path) -> None:
    again = CANDIDATE_5.format("UNRECORDED", "UNRECORDED", TAIL).replace("epoch=5", "epoch=6")
    text = enters(1, 1, STANDS) + enters(2, 1, again, CANDIDATE_5.format("UNRECORDED", "REJECTED", TAIL))
    text += enters(3, 1, again.replace("epoch=6", "epoch=7"), CANDIDATE_5.format("GRANTED", "GRANTED", TAIL))

    counted = [it for it in import_of(tmp_path, text).events if isinstance(it, VoteCounted)]

    told = [(it.voter, it.granted, it.term) for it in counted]
    assert told == [("1", True, 5), ("3", False, 5), ("1", True, 6), ("1", True, 7)]


def test_states_at_the_beginning_of_a_log_tell_their_vote(tmp_path: Path) -> None:
    resigned = f"ResignedState(localId=1, epoch=5, {V}, electionTimeoutMs=9, unackedVoters=[], preferredSuccessors=[])"

    assert at_the_end(import_of(tmp_path, enters(1, 1, resigned))).nodes["1"].voted_for == "1"
    assert at_the_end(import_of(tmp_path, enters(1, 1, UNATTACHED))).nodes["1"].voted_for is None
    assert at_the_end(import_of(tmp_path, enters(1, 2, VOTED))).nodes["2"].voted_for == "1"


def test_who_gives_its_vote_becomes_no_follower_again(tmp_path: Path) -> None:
    kinds = [type(event).__name__ for event in import_of(tmp_path, TWO).events]

    assert kinds.count("BecameFollower") == 2


def test_a_high_watermark_is_told_when_it_rises_and_anew_after_a_restart(tmp_path: Path) -> None:
    mark = ONE.splitlines(keepends=True)[-1]

    imported = import_of(tmp_path, ONE + mark + enters(8, 1, UNATTACHED.replace("4", "5")) + mark)

    kinds = [type(event).__name__ for event in imported.events]
    assert kinds.count("CommitAdvanced") == 2
    assert imported.files[0].skipped["a high watermark that repeats what earlier lines said"] == 1


def test_a_state_that_is_cut_off_is_counted(tmp_path: Path) -> None:
    imported = import_of(
        tmp_path,
        ONE + "[2024-02-03 11:00:09,000] INFO [RaftManager id=1] Completed transition to Leader(localId=1, ep\n",
    )

    assert imported.files[0].skipped["a quorum state that can't be read"] == 1
    assert state_of("Leader(localId=1, ep") is None


def test_two_leaders_of_one_epoch_are_noticed(tmp_path: Path) -> None:
    twin = ONE.replace("id=1]", "id=2]").replace("localId=1", "localId=2")

    assert "Election Safety" in broken(import_of(tmp_path, ONE, twin))


def test_without_a_line_of_rafts_it_says_what_one_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "none.log"
    path.write_text("nothing\n")

    with pytest.raises(TraceError, match="Completed transition"):
        read([path], "kafka-kraft")
