"""A story by hand that holds what a picture may have to show: members come and go, snapshots, a disk, a transfer."""

from __future__ import annotations

from raftlab.core import events as e
from raftlab.core.log import Entry
from raftlab.core.machine import Change, Result
from raftlab.core.messages import InstallSnapshot
from raftlab.core.model import Cluster, Config, DiskModel
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION

NODES = ("n1", "n2", "n3")
THREE = Config(NODES)
LEARNS = Config(NODES, (), ("n4",))
JOINT = Config(("n1", "n2", "n4"), NODES)
FOUR = Config(("n1", "n2", "n4"))
STEP_US = 200_000
"""From one event to the next: time enough for a picture to come to rest."""


def happenings() -> dict[str, list[e.Event]]:
    """What happens, in order, by the name of each part."""
    entries = tuple(Entry(index, 1, "normal", f"x={index}") for index in range(1, 7))
    results = tuple(Result("ok", None, (Change("x", str(index)),), index + 1) for index in range(1, 7))
    return {
        "begins": [
            e.ClusterCreated(0, None, None, None, NODES),
            e.TermAdvanced(0, "n1", None, None, 1),
            e.BecamePreCandidate(0, "n2", None, "ask_first", 0),
            e.VoteCounted(0, "n2", None, "ask_first", "n2", True, 0, True),
        ],
        "leads": [
            e.BecameFollower(0, "n2", None, None, 1, "n1"),
            e.BecameLeader(0, "n1", None, None, 1),
            *(e.EntriesAppended(0, name, None, None, entries) for name in NODES),
            *(e.CommitAdvanced(0, name, None, None, 5) for name in NODES),
            *(e.EntriesApplied(0, name, None, None, 1, results[:5]) for name in NODES),
        ],
        "compacts": [e.SnapshotTaken(0, "n2", None, "take_snapshot", 4, 1, THREE, 4, 1)],
        "writes": [
            e.DiskChanged(0, "n3", None, None, DiskModel(0, 5_000)),
            e.EntryAppended(0, "n3", None, None, Entry(7, 1, "normal", "x=7")),
        ],
        "joins": [
            e.NodeJoined(0, "n4", None, None, None, Config()),
            e.ConfigChanged(0, "n1", None, "see_config", LEARNS, 6),
            e.ProgressChanged(0, "n1", None, None, "n4", 0, 5, 0, "snapshot", (), 4),
            e.MessageSent(0, "n1", None, None, "n4", InstallSnapshot(1, 4, 1, 40, "abcd", False), None),
        ],
        "installs": [
            e.SnapshotInstalled(0, "n4", None, "install_snapshot", 4, 1, THREE, _dump(results[:4])),
            e.ConfigChanged(0, "n4", None, "see_config", LEARNS, 6),
        ],
        "votes": [*(e.ConfigChanged(0, name, None, "see_config", JOINT, 7) for name in (*NODES, "n4"))],
        "left": [*(e.ConfigChanged(0, name, None, "see_config", FOUR, 8) for name in (*NODES, "n4"))],
        "transfers": [e.TransferStarted(0, "n1", None, "transfer_leadership", "n4")],
        "goes": [e.NodeRemoved(0, "n3", None, None)],
    }


def _dump(results: tuple[Result, ...]) -> str:
    cluster = Cluster.empty()
    cluster.fold([e.ClusterCreated(0, None, None, None, ("n1",)), e.EntriesApplied(0, "n1", None, None, 1, results)])
    return cluster.nodes["n1"].machine.dump()


def told(until: str = "goes") -> list[e.Event]:
    """The events up to the end of a part, each a while after the one before."""
    found: list[e.Event] = []
    for name, events in happenings().items():
        for event in events:
            fields = {field: getattr(event, field) for field in event.__struct_fields__}
            found.append(type(event)(**{**fields, "at_us": len(found) * STEP_US}))
        if name == until:
            break
    return found


def timeline(until: str = "goes", modified: tuple[str, ...] = ()) -> Timeline:
    """The same as a recording."""
    recording = Timeline(TraceHeader(VERSION, nodes=NODES, modified=modified))
    for event in told(until):
        recording.append(event)
    return recording


def state(until: str = "goes") -> Cluster:
    """The state at the end of a part."""
    cluster = Cluster.empty()
    cluster.fold(told(until))
    return cluster
