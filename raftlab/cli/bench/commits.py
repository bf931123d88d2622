"""How many entries a second are committed and applied, in batches of 64: ours, and PySyncObj's on the same machine.

Ours: servers in one process, each entry stored, committed and applied to the key-value store by every server, every
transition an event. PySyncObj: servers in one process over loopback, no events, entries applied to a counter; 10,000
requests may be unanswered. It is measured only where it is installed (the extra `bench`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from raftlab.cli.bench.figure import Figure, best_rate
from raftlab.core.model import LinkModel, Parameters
from raftlab.core.scenario import Scenario
from raftlab.sim import Simulation

if TYPE_CHECKING:
    from raftlab.core.events import Event

BATCH = 64
_ENTRIES = 64 * 1_500
_WARM_UP_US = 2_000_000
_EVERY_US = 1_000
_BATCHES = [
    [f"k{number & 1023}={number}" for number in range(first, first + BATCH)] for first in range(0, _ENTRIES, BATCH)
]


def measure() -> list[Figure]:
    """engine.commits_per_s.batch64 for 3, 5 and 7 nodes, engine.commits_per_s.pysyncobj for 3."""
    figures: list[Figure] = []
    for nodes in (3, 5, 7):
        rate = best_rate(lambda nodes=nodes: committed(nodes))  # type: ignore[misc]
        params = {"nodes": nodes, "entries": _ENTRIES, "batch": BATCH, "window": 512, "trace": "none"}
        figures.append(("engine.commits_per_s.batch64", rate, "entries/s", params))
    other = _pysyncobj_rate()
    if other is not None:
        params = {"nodes": 3, "window": 10_000, "same machine": "one process, loopback"}
        figures.append(("engine.commits_per_s.pysyncobj", other, "entries/s", params))
    return figures


def committed(nodes: int) -> int:
    """Entries that the leader has committed and applied, of those that were proposed in batches."""
    names = tuple(f"n{number}" for number in range(1, nodes + 1))
    parameters = Parameters(max_inflight=512, max_entries_per_message=BATCH, noop_on_election=True, back_off="by_term")
    scenario = Scenario("commits", nodes=names, parameters=parameters, link=LinkModel(latency_us=500, jitter_us=0))
    simulation = Simulation.begin(scenario, _nobody)
    simulation.run(_WARM_UP_US)
    leader = simulation.cluster.leader()
    assert leader is not None
    step, now_us = simulation.step, _WARM_UP_US
    before = leader.commit_index
    for batch in _BATCHES:
        now_us += _EVERY_US
        simulation.run(now_us)
        step.enter(leader, now_us, None)
        step.rules.accept_batch(step, batch)
    simulation.run(now_us + 100_000)
    assert leader.commit_index == before + _ENTRIES, "not all were committed"
    return _ENTRIES


def _nobody(event: Event) -> None:
    """Nobody keeps the events."""


_PEER_SECONDS = 4.0
_PEER_WINDOW = 10_000


def _pysyncobj_rate() -> float | None:
    try:
        from pysyncobj import SyncObj, SyncObjConf, replicated
    except ImportError:
        return None
    import socket

    class Counter(SyncObj):  # type: ignore[misc]
        def __init__(self, address: str, others: list[str]) -> None:
            super().__init__(address, others, SyncObjConf(autoTick=False, commandsWaitLeader=True))
            self.count = 0

        @replicated  # type: ignore[untyped-decorator]
        def add(self) -> int:
            self.count += 1
            return self.count

    ports = []
    for _ in range(3):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    addresses = [f"127.0.0.1:{port}" for port in ports]
    nodes = [Counter(address, [it for it in addresses if it != address]) for address in addresses]
    done = asked = 0

    def answered(result: object, error: object) -> None:
        nonlocal done
        done += 1

    try:
        deadline = time.monotonic() + 20
        while nodes[0]._getLeader() is None and time.monotonic() < deadline:
            for node in nodes:
                node.doTick(0.001)
        leader = next((node for node in nodes if node._isLeader()), nodes[0])
        begin = time.perf_counter()
        while time.perf_counter() - begin < _PEER_SECONDS:
            while asked - done < _PEER_WINDOW:
                leader.add(callback=answered)
                asked += 1
            for node in nodes:
                node.doTick(0.0)
        return done / (time.perf_counter() - begin)
    finally:
        for node in nodes:
            node.destroy()
            node.doTick(0.0)
