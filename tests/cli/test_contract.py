"""The command line as a contract: names, keys and exit codes, since others call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from raftlab.cli import main
from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.machine import Result as Applied
from raftlab.core.model import Config
from raftlab.core.scenario import TOPICS
from raftlab.trace.codec import TraceHeader
from raftlab.trace.writer import TraceWriter

DATA = Path(__file__).parents[1] / "data" / "etcd" / "part_leader3-zap"
LOGS = [str(DATA / f"n{number}.log") for number in (1, 2, 3)]


def raftlab(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(arguments), input=stdin)
    assert result.exit_code == code, result.output
    return result


def document(*arguments: str) -> Any:
    return json.loads(raftlab(*arguments, "--format", "json").stdout)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("cli") / "run.trace"
    raftlab("run", "symmetric-partition", "-o", str(path))
    return str(path)


def test_scenarios() -> None:
    found = document("scenarios")
    assert {it["name"] for it in found} >= {
        "healthy-cluster", "leader-crash", "split-vote", "symmetric-partition", "one-way-partition",
        "lagging-follower", "figure-7", "figure-8",
    }  # fmt: skip
    assert all(set(it) == {"name", "title", "nodes", "teaches"} for it in found)
    assert [it["name"] for it in found[:2]] == ["healthy-cluster", "leader-crash"]
    lines = raftlab("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [it["name"] for it in found]
    assert [line for line in lines if line and not line.startswith("  ")] == list(TOPICS)


def test_run_gives_its_summary(tmp_path: Path) -> None:
    path = str(tmp_path / "x.trace.gz")
    found = document("run", "leader-crash", "-o", path, "--seed", "9", "--until", "4s", "--set", "latency=3ms")
    assert set(found) == {
        "trace", "events", "seed", "duration_us", "elections", "leaders", "commits", "broken_invariants", "modified",
        "knows", "files", "unparsed",
    }  # fmt: skip
    assert (found["trace"], found["seed"], found["broken_invariants"]) == (path, 9, [])
    assert found["duration_us"] <= 4_000_000
    assert found["elections"] >= 2
    assert found["commits"] > 0
    assert Path(path).read_bytes().startswith(b"\x1f\x8b")


def test_run_without_an_end_of_its_own_goes_on_until_then() -> None:
    found = document("run", "healthy-cluster", "--until", "20s", "--set", "nodes=3")
    assert 19_900_000 <= found["duration_us"] <= 20_000_000


@pytest.mark.parametrize("name", ["healthy-cluster", "leader-crash", "split-vote", "symmetric-partition",
                                  "one-way-partition", "lagging-follower", "figure-7", "figure-8"])  # fmt: skip
def test_every_scenario_is_clean_and_shows_what_it_teaches(name: str) -> None:
    found = document("run", name)
    assert found["broken_invariants"] == []
    wanted = {"leader-crash": 2, "split-vote": 3, "symmetric-partition": 2, "one-way-partition": 10}
    assert found["elections"] >= wanted.get(name, 1)


def test_state_of_a_run(trace: str) -> None:
    found = document("state", trace, "--time", "3.5s")
    assert found["time"] <= 3_500_000
    assert len(found["links_cut"]) == 12
    assert found["config"] == {"voters": ["n1", "n2", "n3", "n4", "n5"], "outgoing": [], "learners": []}
    leader = found["nodes"]["n4"]
    assert set(leader) >= {
        "status", "role", "term", "vote", "leader", "commit", "applied", "last_index", "last_term", "log",
        "snapshot_index", "progress",
    }  # fmt: skip
    assert (leader["role"], leader["term"], leader["vote"]) == ("leader", 2, "n4")
    assert found["nodes"]["n1"]["role"] == "leader"
    assert found["nodes"]["n1"]["log"][-2:] == [[3, 1, "normal", "x=7"], [4, 1, "normal", "y=8"]]
    assert found["nodes"]["n1"]["commit"] == 2
    end = document("state", trace)
    assert end["nodes"]["n1"]["log"] == end["nodes"]["n4"]["log"]
    assert [entry[3] for entry in end["nodes"]["n1"]["log"]] == ["x=1", "x=2", "x=3", "y=4", "z=5"]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A trace by hand of modified Raft: n1 leads in a joint configuration, has a snapshot, and sends it to n4."""
    entries = tuple(Entry(index, 1 + (index > 3), "normal", f"x={index}") for index in range(1, 7))
    joint = Config(("n1", "n2", "n4"), ("n1", "n2", "n3"), ("n5",))
    events: list[e.Event] = [
        e.ClusterCreated(0, None, None, None, ("n1", "n2", "n3"), 1, ("commit_any_term",)),
        e.NodeJoined(1, "n4", None, None, None, Config()),
        e.TermAdvanced(2, "n1", None, None, 2),
        e.BecameLeader(3, "n1", None, None, 2),
        e.EntriesAppended(3, "n1", None, None, entries),
        e.CommitAdvanced(4, "n1", None, None, 6),
        e.EntriesApplied(4, "n1", None, None, 1, (Applied("nothing"),) * 6),
        e.SnapshotTaken(5, "n1", None, None, 5, 2, joint, 3, 1),
        e.ConfigChanged(6, "n1", None, None, joint, 6),
        e.ProgressChanged(7, "n1", None, None, "n4", 0, 6, 0, "snapshot", (), 5),
    ]
    path = str(tmp_path_factory.mktemp("members") / "members.trace")
    with TraceWriter(path, TraceHeader(1, nodes=("n1", "n2", "n3"), modified=("commit_any_term",))) as writer:
        for event in events:
            writer.append(event)
    return path


def test_state_of_members_and_snapshots(members: str) -> None:
    found = document("state", members)
    assert found["config"] == {"voters": ["n1", "n2", "n4"], "outgoing": ["n1", "n2", "n3"], "learners": ["n5"]}
    node = found["nodes"]["n1"]
    assert node["snapshot_index"] == 5
    assert [entry[0] for entry in node["log"]] == [4, 5, 6]
    assert node["progress"]["n4"] == {"match": 0, "next": 6, "state": "snapshot"}
    assert found["nodes"]["n4"]["snapshot_index"] == 0
    text = raftlab("state", members).stdout
    assert "members: n1, n2, n4 jointly with n1, n2, n3 (learners: n5)" in text
    assert "[snapshot up to 5] 4:2 5:2 6:2" in text


def test_a_new_server_that_knows_no_configuration_is_not_asked_for_it(members: str) -> None:
    assert document("state", members, "--event", "1")["config"]["voters"] == ["n1", "n2", "n3"]


def test_events_of_several_entries_name_their_terms(members: str) -> None:
    lines = raftlab("events", members, "--kind", "entries-appended", "--term", "1", "--format", "json").stdout
    assert json.loads(lines)["term"] == 2
    assert "n1 stores entries 1 to 6 of terms 1 and 2" in json.loads(lines)["text"]


def test_modified_raft_is_labelled_in_every_text(members: str, tmp_path: Path) -> None:
    label = "modified Raft: commit_any_term"
    assert raftlab("state", members).stdout.startswith(label)
    assert raftlab("events", members).stdout.startswith(label)
    assert label in raftlab("import", members, "-o", str(tmp_path / "again.trace")).stdout
    assert document("import", members, "-o", str(tmp_path / "again.trace"))["modified"] == ["commit_any_term"]
    result = raftlab("state", members, "--format", "json")
    assert label in result.stderr
    assert json.loads(result.stdout)["event"] == 9


def test_raft_as_it_is_has_no_label(trace: str) -> None:
    for command in ("state", "events"):
        result = raftlab(command, trace)
        assert "modified" not in result.stdout + result.stderr


def test_state_before_any_event_and_repeated(trace: str) -> None:
    before, first = document("state", trace, "--event", "-1", "--event", "0")
    assert (before["event"], before["nodes"]) == (-1, {})
    assert list(first["nodes"]) == ["n1", "n2", "n3", "n4", "n5"]
    lines = raftlab(
        "state", trace, "--times", "-", "--format", "json", stdin="1s\n2500ms\n3000000\n"
    ).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [it["asked"] for it in found] == ["1s", "2500ms", "3000000"]
    assert "log" not in found[0]["nodes"]["n1"]
    assert len(document("state", trace, "--log", "2")["nodes"]["n1"]["log"]) == 2


def test_a_crashed_node_keeps_what_survives_and_has_no_role(tmp_path: Path) -> None:
    path = str(tmp_path / "crash.trace")
    raftlab("run", "leader-crash", "-o", path)
    node = document("state", path, "--time", "4s")["nodes"]["n4"]
    assert node["status"] == "crashed"
    assert {"term", "vote", "log"} <= set(node)
    assert not {"role", "leader", "commit", "applied"} & set(node)


def test_events_of_a_run(trace: str) -> None:
    lines = raftlab("events", trace, "--kind", "BecameLeader", "--format", "json").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [(it["node"], it["term"], it["kind"]) for it in found] == [
        ("n1", 1, "BecameLeader"),
        ("n4", 2, "BecameLeader"),
    ]
    assert all({"event", "time", "node", "kind", "term", "cause", "rule", "text"} == set(it) for it in found)
    assert raftlab("events", trace, "--kind", "became-leader").stdout.count("\n") == 2
    part = raftlab("events", trace, "--from", "2s", "--to", "2.1s", "--format", "json").stdout.splitlines()
    assert {2_000_000 <= json.loads(line)["time"] <= 2_100_000 for line in part} == {True}
    assert len(raftlab("events", trace, "--from", "10", "--to", "12").stdout.splitlines()) == 3
    assert raftlab("events", trace, "--term", "2", "--grep", "LEADER", "--node", "n4").stdout


def test_a_real_clusters_logs(tmp_path: Path) -> None:
    path = str(tmp_path / "etcd.trace")
    found = document("import", *LOGS, "-o", path)
    assert [file["kind"] for file in found["files"]] == ["etcd-log"] * 3
    for file in found["files"]:
        skipped = sum(file["skipped"].values())
        assert 0 < skipped < file["lines"]
    assert found["unparsed"] == sum(sum(file["skipped"].values()) for file in found["files"])
    assert found["leaders"]["3"] == ["n3"]
    assert found["broken_invariants"] == []
    for source in ([path], LOGS):
        state = document("state", *source, "--time", "2026-11-23T19:50:36.070Z")
        assert {name: (node["role"], node["term"]) for name, node in state["nodes"].items()} == {
            "n1": ("follower", 2), "n2": ("follower", 3), "n3": ("leader", 3),
        }  # fmt: skip
        assert state["nodes"]["n1"]["leader"] is None
        assert state["nodes"]["n3"]["id"] == "7580081b5360633"
        assert "entries" not in state["knows"] or "log" in state["nodes"]["n3"]
    line = raftlab("events", *LOGS, "--kind", "BecameLeader", "--format", "json").stdout.splitlines()[0]
    assert set(json.loads(line)["origin"]) == {"file", "line", "stamp"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "leader-crsh"), "did you mean 'leader-crash'?"),
        (("run", "no/such.yaml"), "no such file"),
        (("run", "leader-crash", "--set", "nodes=12"), "from 1 to 9"),
        (("run", "leader-crash", "--set", "nodes=3"), "n4"),
        (("run", "leader-crash", "--set", "colour=3"), "unknown key 'colour'"),
        (("run", "leader-crash", "--set", "heartbeat-interval=400ms"), "shorter"),
        (("run", "leader-crash", "--until", "soon"), "12.345s"),
        (("run", "leader-crash", "--off", "nonsense"), "no variant"),
        (("state", "no.trace"), "no.trace"),
        (("events", "no.trace"), "no.trace"),
        (("state", "assets"), "there is no log in it that raftlab knows"),
        (("bench", "nonsense"), "no figure"),
    ],
)
def test_mistakes_are_one_message_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    result = raftlab(*arguments, code=2)
    assert message in result.output
    assert "Traceback" not in result.output


def test_times_that_can_not_be(trace: str) -> None:
    assert "no time" in raftlab("state", trace, "--time", "soon", code=2).output
    assert "no event 99999999" in raftlab("state", trace, "--event", "99999999", code=2).output
    assert "has no zone" in raftlab("state", *LOGS, "--time", "2026-11-23T19:50:36", code=2).output
    assert "did you mean BecameLeader" in raftlab("events", trace, "--kind", "BecomeLeader", code=2).output


def test_bad_files_are_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(256)) * 40)
    plain = tmp_path / "plain.log"
    plain.write_text("hello\nthis is a log of nothing\n")
    empty = tmp_path / "empty.log"
    empty.write_text("")
    for path in (binary, plain, empty):
        output = raftlab("state", str(path), code=2).output
        assert path.name in output
        assert "Traceback" not in output


def test_a_trace_cut_in_the_middle_says_so(trace: str, tmp_path: Path) -> None:
    short = tmp_path / "short.trace"
    short.write_bytes(Path(trace).read_bytes()[:100_000])
    result = raftlab("state", str(short), "--format", "json")
    assert "cut short" in result.stderr
    assert json.loads(result.stdout)["event"] > 100


def test_a_scenario_with_mistakes_names_every_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("nodes: 5\nsed: 3\nscript:\n  - {at: 1s, crash: n9}\n  - {at: 5x, heal: }\n")
    output = raftlab("run", str(bad), code=2).output
    for place in ("bad.yaml:2:1: unknown key 'sed'; did you mean 'seed'?", "bad.yaml:4:5: there is no node 'n9'",
                  "bad.yaml:5:10:"):  # fmt: skip
        assert place in output
