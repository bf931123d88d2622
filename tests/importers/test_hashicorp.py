"""Logs of hashicorp/raft in the library's three generations of lines, bare and in what carries them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from raftlab.core.events import BecameLeader, ConfigChanged, LogTruncated, SourceNoted, VoteRefused
from raftlab.core.invariants import Checker
from raftlab.core.model import FOLLOWER, LEADER, UNKNOWN, Cluster
from raftlab.importers import detect, read

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

SERVERS = "[" + " ".join(f"{{Suffrage:Voter ID:s{n} Address:10.0.0.{n}:8300}}" for n in (1, 2, 3)) + "]"

OLD = f"""\
    2018/04/24 23:22:20 [INFO] raft: Initial configuration (index=1): {SERVERS}
    2018/04/24 23:22:20 [INFO] raft: Node at 10.0.0.1:8300 [Follower] entering Follower state (Leader: "")
    2018/04/24 23:22:24 [WARN] raft: Heartbeat timeout from "10.0.0.3:8300" reached, starting election
    2018/04/24 23:22:24 [INFO] raft: Node at 10.0.0.1:8300 [Candidate] entering Candidate state in term 7
    2018/04/24 23:22:24 [DEBUG] raft: Votes needed: 2
    2018/04/24 23:22:24 [DEBUG] raft: Vote granted from 10.0.0.1:8300 in term 7. Tally: 1
    2018/04/24 23:22:24 [DEBUG] raft: Vote granted from 10.0.0.2:8300 in term 7. Tally: 2
    2018/04/24 23:22:24 [INFO] raft: Election won. Tally: 2
    2018/04/24 23:22:24 [INFO] raft: Node at 10.0.0.1:8300 [Leader] entering Leader state
    2018/04/24 23:22:25 [INFO] consul: cluster leadership acquired
    2018/04/24 23:22:30 [WARN] raft: Failed to contact 10.0.0.3:8300 in 500.180874ms
    2018/04/24 23:22:31 [WARN] raft: Failed to contact quorum of nodes, stepping down
    2018/04/24 23:22:31 [INFO] raft: Node at 10.0.0.1:8300 [Follower] entering Follower state (Leader: "")
"""

RAFT = "agent.server.raft"
LAST = "last-leader-addr=10.0.0.3:8300 last-leader-id=s3"
SHORTER = "last-index=9 last-candidate-index=4"
A = "10.0.0.1:8300"
C = "10.0.0.3:8300"
REJECTED = "rejecting vote request since"
NOBODY = "leader-address= leader-id="

NEW = f"""\
2018-04-24T23:22:20.000Z [INFO]  {RAFT}: initial configuration: index=1 servers="{SERVERS}"
2018-04-24T23:22:20.000Z [INFO]  {RAFT}: entering follower state: follower="Node at 10.0.0.1:8300 [Follower]" {NOBODY}
2018-04-24T23:22:24.000Z [WARN]  {RAFT}: heartbeat timeout reached, starting election: {LAST}
2018-04-24T23:22:24.000Z [INFO]  {RAFT}: entering candidate state: node="Node at 10.0.0.1:8300 [Candidate]" term=7
2018-04-24T23:22:24.000Z [DEBUG] {RAFT}: calculated votes needed: needed=2 term=7
2018-04-24T23:22:24.000Z [DEBUG] {RAFT}: vote granted: from=s1 term=7 tally=1
2018-04-24T23:22:24.000Z [DEBUG] {RAFT}: vote granted: from=s2 term=7 tally=2
2018-04-24T23:22:24.000Z [INFO]  {RAFT}: election won: term=7 tally=2
2018-04-24T23:22:24.000Z [INFO]  {RAFT}: entering leader state: leader="Node at 10.0.0.1:8300 [Leader]"
2018-04-24T23:22:25.000Z [INFO]  agent.server: cluster leadership acquired
2018-04-24T23:22:30.000Z [WARN]  {RAFT}: failed to contact: server-id=s3 time=500.180874ms
2018-04-24T23:22:31.000Z [WARN]  {RAFT}: failed to contact quorum of nodes, stepping down
2018-04-24T23:22:31.000Z [INFO]  {RAFT}: entering follower state: follower="Node at 10.0.0.1:8300 [Follower]" {NOBODY}
"""

SYSLOG = re.sub(r"^ +2018/04/24 (\S+) \[\w+\]", r"Apr 24 \1 prod-27 consul[17203]:", OLD, flags=re.MULTILINE)
COMPOSE = "".join(f"consul1_1   | {line}" for line in OLD.splitlines(keepends=True))


def as_json(line: str) -> str:
    stamp, level, module, text = re.match(r"(\S+) \[(\w+)\]\s+(\S+): (.*)", line).groups()  # type: ignore[union-attr]
    message, _, fields = text.partition(": ")
    found = {name: value.strip('"') for name, value in re.findall(r'([\w-]+)=("[^"]*"|\S*)', fields)}
    whole: dict[str, object] = {"@level": level.lower(), "@message": message, "@module": module, "@timestamp": stamp}
    return json.dumps({**whole, **{k: int(v) if v.isdigit() else v for k, v in found.items()}}) + "\n"


JSON = "".join(as_json(line) for line in NEW.splitlines())
FORMS = {"old": OLD, "new": NEW, "syslog": SYSLOG, "compose": COMPOSE, "json": JSON}


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


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same_story(form: str, tmp_path: Path) -> None:
    imported = import_of(tmp_path, FORMS[form])

    kinds = [type(event).__name__ for event in imported.events]
    assert kinds == [
        "ClusterCreated", "NodeObserved", "ConfigChanged", "BecameFollower", "NodeObserved", "TimerFired",
        "TermAdvanced", "BecameCandidate", "VoteGranted", "VoteCounted", "VoteCounted", "BecameLeader", "SourceNoted",
        "SourceNoted",
        "BecameFollower", "NodeObserved",
    ]  # fmt: skip
    assert {event.node for event in imported.events} == {None, "s1"}
    (leader,) = [event for event in imported.events if isinstance(event, BecameLeader)]
    assert leader.term == 7
    (config,) = [event for event in imported.events if isinstance(event, ConfigChanged)]
    assert config.config.voters == ("s1", "s2", "s3")
    report = imported.files[0]
    assert report.lines == 13 == report.told + sum(report.skipped.values())
    assert detect(tmp_path / "0.log") == "hashicorp-raft"


def test_a_follower_does_not_say_its_term_nor_its_leader(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, NEW)).nodes["s1"]

    assert node.role is FOLLOWER
    assert (node.current_term, node.voted_for, node.leader) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_a_leader_says_both(tmp_path: Path) -> None:
    node = at_the_end(import_of(tmp_path, "".join(NEW.splitlines(keepends=True)[:10]))).nodes["s1"]

    assert (node.role, node.current_term, node.voted_for, node.leader) == (LEADER, 7, "s1", "s1")


def test_several_servers_files_and_refusals(tmp_path: Path) -> None:
    other = f"""\
2018-04-24T23:22:20.000Z [INFO]  {RAFT}: entering follower state: follower="Node at 10.0.0.2:8300 [Follower]" {NOBODY}
2018-04-24T23:22:23.500Z [WARN]  {RAFT}: {REJECTED} we have a leader: from={C} leader={A} leader-id=s1
2018-04-24T23:22:23.600Z [WARN]  {RAFT}: {REJECTED} our last index is greater: candidate={C} {SHORTER}
2018-04-24T23:22:23.700Z [WARN]  {RAFT}: clearing log suffix: from=8 to=9
"""

    imported = import_of(tmp_path, NEW, other)

    refused = [(it.node, it.candidate, it.reason) for it in imported.events if isinstance(it, VoteRefused)]
    assert refused == [("s2", "s3", "lease"), ("s2", "s3", "log")]
    cut = [(it.node, it.from_index, it.last_index) for it in imported.events if isinstance(it, LogTruncated)]
    assert cut == [("s2", 8, 9)]
    assert set(imported.nodes) == {"s1", "s2"}


def test_names_that_serf_tells(tmp_path: Path) -> None:
    told = "2018-04-24T23:22:19.000Z [INFO]  agent.server.serf.lan: serf: EventMemberJoin: alice 10.0.0.1\n"

    assert "alice" in import_of(tmp_path, told + NEW).nodes


def test_a_pre_vote_is_no_candidacy_yet(tmp_path: Path) -> None:
    head = "2024-01-01T00:00:0{}.000Z [INFO]  storage.raft: "
    text = "".join(
        head.format(second) + line + "\n"
        for second, line in enumerate(
            [
                'entering candidate state: node="Node at vault-0:8201 [Candidate]" term=3',
                "pre-vote campaign failed, waiting for election timeout: term=3 tally=1 refused=2 votesNeeded=2",
                'entering candidate state: node="Node at vault-0:8201 [Candidate]" term=3',
                "pre-vote successful, starting election: term=3 tally=2 refused=0 votesNeeded=2",
                "election won: term=3 tally=2",
                'entering leader state: leader="Node at vault-0:8201 [Leader]"',
            ]
        )
    )

    kinds = [type(event).__name__ for event in import_of(tmp_path, text).events]

    assert kinds.count("BecamePreCandidate") == 2
    assert kinds.count("BecameCandidate") == 1
    assert kinds.index("TermAdvanced") > kinds.index("SourceNoted")


def test_two_leaders_of_one_term_are_noticed(tmp_path: Path) -> None:
    twin = NEW.replace("10.0.0.1:8300 [", "10.0.0.2:8300 [").replace("from=s1", "from=s2")
    checker = Checker()
    for position, event in enumerate(import_of(tmp_path, NEW, twin).events):
        checker.observe(position, event)

    assert [broken.invariant for broken in checker.broken] == ["Election Safety"]


def test_a_note_says_whom_it_could_not_reach(tmp_path: Path) -> None:
    notes = [event.text for event in import_of(tmp_path, NEW).events if isinstance(event, SourceNoted)]

    assert notes[0] == "failed to contact (server-id: s3, time: 500.180874ms)"
