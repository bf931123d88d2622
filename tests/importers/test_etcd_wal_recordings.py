"""Real WALs, against an independent reading of them: alone, and joined with the same members' logs."""

from __future__ import annotations

import json
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from raftlab.core.events import (
    CommitAdvanced,
    EntriesAppended,
    EntryAppended,
    LogTruncated,
    NodeObserved,
    SnapshotInstalled,
    TermAdvanced,
    VoteGranted,
)
from raftlab.core.invariants import Checker
from raftlab.core.model import UNKNOWN, Cluster, Config
from raftlab.importers import Imported, read
from tests.importers.agreement import agreement
from tests.importers.looking import of, state_of
from tests.importers.recordings import COPY, SHARED, logs
from tests.importers.wals import Truth, fields, truth
from tests.test_house import ROOT

COPIED = ROOT / "tests" / "data" / "etcd" / "part_leader3-wal"
RECORDED = [(COPY, sorted(COPIED.glob("n?/*.wal.gz")))] + [
    (folder.parent, sorted(folder.glob("n?/*.wal.gz"))) for folder in sorted(SHARED.glob("etcd/*/wal"))
]


def _wals(recorded: tuple[Path, list[Path]]) -> dict[str, Truth]:
    return {path.parent.name: _truth(path) for path in recorded[1]}


_truth = cache(truth)


def _expected(kind: int, data: bytes) -> tuple[str, str]:
    """(kind, text) of what stands in these recordings: no more than puts, v2 requests and changes of one member."""
    found: dict[int, Any] = dict(fields(data))
    if not data:
        return "noop", ""
    if kind == 1:
        told = json.loads(found.get(4) or b"{}")
        change = "promote" if told.get("isPromote") else {0: "add", 1: "remove", 3: "add"}[found[2]]
        words = ["member", change, *([told["name"]] if told.get("name") else []), f"{found[3]:x}"]
        return "config", " ".join([*words, *(told.get("peerURLs") or ())]) + (" (learner)" if found[2] == 3 else "")
    if 100 in found:
        put: dict[int, Any] = dict(fields(found[4]))
        return "normal", f"put {put[1].decode()} = {put[2].decode()}"
    path, value = found[3].decode(), found[4].decode()
    return "normal", f"cluster version {value}" if path == "/0/version" else f"PUT {path} = {value}"


@pytest.fixture(params=RECORDED, ids=lambda recorded: recorded[0].parent.parent.name + "-" + recorded[0].name)
def recorded(request: pytest.FixtureRequest) -> tuple[Path, list[Path]]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=["alone", "joined"])
def imported(request: pytest.FixtureRequest, recorded: tuple[Path, list[Path]]) -> Imported:
    return _read(RECORDED.index(recorded), request.param)


@cache
def _read(number: int, how: str) -> Imported:
    folder, wals = RECORDED[number]
    return read([*(logs(folder) if how == "joined" else []), *wals])


def test_every_entry_is_told_as_the_wal_holds_it(imported: Imported, recorded: tuple[Path, list[Path]]) -> None:
    wals = _wals(recorded)
    final = state_of(imported)

    for name, wal in wals.items():
        told = [event.entry for event in of(imported, EntryAppended, name)]  # type: ignore[attr-defined]
        assert [(entry.index, entry.term, entry.kind, entry.text) for entry in told] == [
            (index, term, *_expected(kind, data)) for kind, term, index, data in wal.entries
        ]
        log = {entry.index: (entry.term, entry.kind, entry.text) for entry in final.nodes[name].log}
        assert log == {index: (term, *_expected(kind, data)) for index, (kind, term, data) in wal.log.items()}
        assert final.nodes[name].log.last_index == max(wal.log)
    assert {"entries", "terms", "votes"} <= set(imported.knows)


def test_every_term_and_vote_is_told_as_the_wal_holds_it(imported: Imported, recorded: tuple[Path, list[Path]]) -> None:
    wals = _wals(recorded)
    keys = {wal.node: name for name, wal in wals.items()} | {"0": None}
    cluster = Cluster.empty()
    held: dict[str, list[tuple[int, str | None]]] = {name: [] for name in wals}
    for event in imported.events:
        cluster.fold([event])
        if event.node in held and isinstance(event, TermAdvanced | VoteGranted | NodeObserved):
            node = cluster.nodes[event.node]
            if not held[event.node] or held[event.node][-1] != (node.current_term, node.voted_for):
                held[event.node].append((node.current_term, node.voted_for))

    for name, wal in wals.items():
        asked = [(term, keys[f"{vote:x}"]) for term, vote, _ in wal.states]
        assert (cluster.nodes[name].current_term, cluster.nodes[name].voted_for) == asked[-1]
        assert all(pair in held[name] for pair in asked)
        # And nothing else, but for the moment between a new term and the vote in it.
        assert [pair for pair in held[name] if pair not in asked and pair[1] is not None] == []


def test_no_commit_is_beyond_the_wal_or_the_log(imported: Imported, recorded: tuple[Path, list[Path]]) -> None:
    wals = _wals(recorded)
    cluster = Cluster.empty()
    for event in imported.events:
        cluster.fold([event])
        if isinstance(event, CommitAdvanced):
            assert event.index <= max(commit for _, _, commit in wals[event.node or ""].states)
            assert event.index <= cluster.nodes[event.node or ""].log.last_index


def test_the_real_ones_keep_every_invariant(imported: Imported) -> None:
    checker = Checker()

    for position, event in enumerate(imported.events):
        checker.observe(position, event)

    assert checker.broken == []


def test_every_record_is_accounted_for(imported: Imported, recorded: tuple[Path, list[Path]]) -> None:
    counted = [report for report in imported.files if report.kind == "etcd-wal"]

    assert [report.lines for report in counted] == [_truth(path).records for path in recorded[1]]
    for report in imported.files:
        assert report.lines == report.told + sum(report.skipped.values())
    for origin in imported.origins:
        assert origin is None or origin.line > 0


def test_roles_terms_leaders_and_all_votes_agree_with_the_live_members(
    recorded: tuple[Path, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = recorded

    found = agreement(_read(RECORDED.index(recorded), "joined"), folder)

    with capsys.disabled():
        print(f"\n  {folder.name} with its WALs: {found.agreeing} of {found.samples} agree, and {found.votes} votes")
    assert found.samples > 40
    assert found.differences == []
    assert found.samples == found.agreeing == found.votes == found.agreeing_votes


@pytest.mark.parametrize("observed", ["", "status.jsonl"])
def test_a_commit_index_is_right_or_left_out(recorded: tuple[Path, list[Path]], observed: str) -> None:
    folder, wals = recorded
    others = sorted(folder.glob(f"{observed}*")) if observed else []
    if observed and not others:
        pytest.skip("nobody looked on")
    imported = _read(RECORDED.index(recorded), "joined") if not others else read([*logs(folder), *wals, *others])
    told: dict[str, tuple[list[int], list[Any]]] = {}
    cluster = Cluster.empty()
    for event in imported.events:
        cluster.fold([event])
        if event.node is not None:
            times, commits = told.setdefault(event.node, ([], []))
            times.append(event.at_us)
            commits.append(cluster.nodes[event.node].commit_index)

    known = samples = 0
    for line in (folder / "status.jsonl").read_text().splitlines():
        read_ = json.loads(line)
        if "raft" in read_ and read_["n"] in told and read_["t"] * 1e6 <= imported.events[-1].at_us:
            times, commits = told[read_["n"]]
            first = bisect_right(times, read_["t"] * 1e6 - read_["dt"] * 1e6 - 10_000) - 1
            seen = commits[max(0, first) : bisect_right(times, read_["t"] * 1e6 + 10_000)]
            samples += 1
            if UNKNOWN not in seen and seen:
                known += 1
                assert min(seen) <= read_["raft"]["commit"] <= max(seen), line
    assert known > 0.9 * samples or not (observed or "commits" in imported.knows)


def test_with_messages_and_polls_too_every_entry_is_told_as_the_wal_holds_it(
    recorded: tuple[Path, list[Path]],
) -> None:
    folder, wals = recorded
    if not (folder / "msgs.jsonl").exists():
        pytest.skip("nobody looked on")

    imported = read([*logs(folder), *wals, folder / "msgs.jsonl", folder / "status.jsonl"])

    final = state_of(imported)
    for name, wal in _wals(recorded).items():
        told = {entry for event in of(imported, EntryAppended, name) for entry in [event.entry]}  # type: ignore[attr-defined]
        told |= {entry for event in of(imported, EntriesAppended, name) for entry in event.entries}  # type: ignore[attr-defined]
        shown = {(entry.index, entry.term, entry.kind, entry.text) for entry in told}
        held = {(index, term, *_expected(kind, data)) for kind, term, index, data in wal.entries}
        assert held - shown == set()
        assert {index for index, *_ in shown - held} <= {max(wal.log) + 1}  # sent, and not on disk yet
        node = final.nodes[name]
        log = {entry.index: (entry.term, entry.kind, entry.text) for entry in node.log}
        assert log == {index: (term, *_expected(kind, data)) for index, (kind, term, data) in wal.log.items()}
        assert (node.current_term, node.voted_for) == _last_vote(recorded, wal)


def _last_vote(recorded: tuple[Path, list[Path]], wal: Truth) -> tuple[int, str | None]:
    names = {each.node: name for name, each in _wals(recorded).items()}
    term, vote, _ = wal.states[-1]
    return term, names[f"{vote:x}"] if vote else None


@pytest.mark.parametrize("swapped", [False, True])
def test_the_six_overwritten_entries_are_seen_to_go(swapped: bool) -> None:
    files = [*logs(COPY), *RECORDED[0][1]]
    imported = read(files[::-1] if swapped else files)

    (cut,) = of(imported, LogTruncated)
    assert (cut.node, cut.from_index, cut.last_index) == ("n1", 29, 34)  # type: ignore[attr-defined]
    before = Cluster.empty()
    before_cut = imported.events[: imported.events.index(cut)]
    before.fold(before_cut)
    assert [entry.text for entry in before.nodes["n1"].log.between(29, 34)] == [
        f"put uncommitted{number} = xxxxxxxxxxxxxxxx" for number in (0, 1, 4, 2, 5, 3)
    ]
    committed = [event.index for event in of(imported, CommitAdvanced, "n1") if event in before_cut]  # type: ignore[attr-defined]
    assert committed[-1] == 28


def test_alone_there_is_no_clock_and_no_role_and_configurations_count_once_committed() -> None:
    imported = _read(0, "alone")

    assert imported.unit == "step"
    assert [event.at_us for event in imported.events] == sorted(event.at_us for event in imported.events)
    assert {"roles", "leaders"}.isdisjoint(imported.knows)
    for node in state_of(imported).nodes.values():
        assert (node.role, node.leader) == (UNKNOWN, UNKNOWN)
        assert node.config == Config(("n1", "n2", "n3"))
        assert node.config_index == 3


def test_alone_causes_go_first() -> None:
    imported = _read(0, "alone")
    place: dict[tuple[str, int, int], int] = {}
    for position, event in enumerate(imported.events):
        if isinstance(event, EntryAppended):
            place[event.node or "", event.entry.term, event.entry.index] = position

    for (node, term, index), position in place.items():
        leader = {2: "n1", 3: "n3", 8: "n2"}.get(term)
        if leader is not None and leader != node:
            assert place[leader, term, index] < position


def test_a_wal_joins_with_the_logs_of_others_too() -> None:
    folder, wals = RECORDED[0]

    imported = read([*[log for log in logs(folder) if "n1" not in log.name], wals[0]])

    assert imported.unit == "clock"
    final = state_of(imported)
    assert final.nodes["n1"].log.last_index == 60
    (cut,) = of(imported, LogTruncated, "n1")
    elected = [event for event in imported.events if type(event).__name__ == "BecameLeader"]
    assert cut.at_us >= elected[-1].at_us
    assert imported.files[-1].told + sum(imported.files[-1].skipped.values()) == imported.files[-1].lines


def test_an_installed_snapshot_begins_a_log_anew() -> None:
    folder = SHARED / "etcd" / "snapshot-zap" / "wal"
    if not folder.exists():
        pytest.skip("the recordings beside the repository are not there")

    imported = read([folder / "n1"])

    (installed,) = of(imported, SnapshotInstalled)
    assert (installed.index, installed.term) == (5628, 2)  # type: ignore[attr-defined]
    node = state_of(imported).nodes["n1"]
    assert [entry.index for entry in node.log] == list(range(5629, 5640))
    assert {report.kind for report in imported.files} == {"etcd-wal", "unknown"}
