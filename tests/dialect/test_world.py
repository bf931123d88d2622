"""What a node's disk tells it, and what waits for that."""

from __future__ import annotations

import pytest

from raftlab.core.events import CommitAdvanced, EntryAppended, SnapshotInstalled, TermAdvanced
from raftlab.core.model import Config, Entry
from raftlab.core.settings import ETCD
from raftlab.dialect.member import Envelope, Options, Stored
from raftlab.dialect.ready import next_ready, process_ready
from raftlab.dialect.world import World


@pytest.fixture
def world() -> World:
    """A node with storage threads, in term 3, whose log has entry 6 of term 2 behind a snapshot."""
    world = World(ETCD)
    world.join(Options(asynchronous=True), Config(("1", "2")), 5)
    world.emit(EntryAppended(0, "1", None, None, Entry(6, 2)))
    world.emit(TermAdvanced(0, "1", None, None, 3))
    return world


def stored(world: World, *, term: int, index: int, log_term: int, snapshot: int = 0) -> None:
    world.tell(Envelope("1", "1", Stored(term, index, log_term, snapshot)))


def test_a_write_of_an_older_term_says_nothing_of_what_stands_there_now(world: World) -> None:
    stored(world, term=2, index=6, log_term=2)

    assert world.members["1"].stable == 5


def test_a_write_of_another_entry_says_nothing_either(world: World) -> None:
    stored(world, term=3, index=6, log_term=1)
    assert world.members["1"].stable == 5

    stored(world, term=3, index=6, log_term=2)
    assert world.members["1"].stable == 6


def test_nothing_is_applied_on_top_of_a_snapshot_that_is_not_written(world: World) -> None:
    world.emit(SnapshotInstalled(0, "1", None, None, 8, 3, Config(("1", "2"))))
    world.emit(EntryAppended(0, "1", None, None, Entry(9, 3)))
    world.emit(CommitAdvanced(0, "1", None, None, 9))
    process_ready(world, "1")
    stored(world, term=3, index=9, log_term=3)

    assert next_ready(world, "1").committed == ()
    stored(world, term=3, index=0, log_term=0, snapshot=8)
    assert [entry.index for entry in next_ready(world, "1").committed] == [9]
