"""A request that is made twice takes effect once (dissertation 6.3)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from raftlab.core.events import ClientAnswered, EntriesApplied, EntryApplied
from raftlab.core.model import LEADER
from raftlab.engine import Rules, proposals
from tests.engine.arena import Arena
from tests.engine.guarding import Guards

guards = Guards()


def _ask(arena: Arena, name: str, sequence: int, text: str = "add x 1", client: str = "c", session: bool = True) -> Any:
    """A client makes its request at a leader, and all is carried out; what the client is told comes back."""
    arena.act(name, arena.rules.accept_proposal, text, client, sequence, session)
    arena.exchange(down=("n3",))
    answer = arena.happened(ClientAnswered)[-1]
    assert (answer.client, answer.sequence, answer.outcome) == (client, sequence, "ok")
    return answer.answer


def _no_table(step: Any, entries: Any) -> Any:
    """Apply all entries as if no client had a session."""
    return step.node.machine.plan(tuple(replace(entry, client=None, sequence=0) for entry in entries))


@guards("execute", _no_table)
def test_6_3_a_retry_is_answered_from_the_table_and_applied_once(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    assert [_ask(arena, "n1", 1), _ask(arena, "n1", 2)] == ["1", "2"]
    assert _ask(arena, "n1", 2) == "2"
    assert arena["n1"].log.last_index == 3  # it stands in the log twice
    assert arena["n1"].machine.value("x") == "2"
    assert _ask(arena, "n1", 3) == "3"


@guards("execute", _no_table)
def test_6_3_a_request_older_than_the_last_is_not_applied_any_more(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    _ask(arena, "n1", 1, "x=old")
    _ask(arena, "n1", 2, "x=new")
    assert _ask(arena, "n1", 1, "x=old") is None  # nobody waits for its answer, so it isn't kept
    assert arena["n1"].machine.value("x") == "new"


def _one_client(step: Any, entries: Any) -> Any:
    return step.node.machine.plan(tuple(replace(entry, client="all") for entry in entries))


@guards("execute", _one_client)
def test_6_3_each_client_has_its_own_session(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    assert _ask(arena, "n1", 1, client="a") == "1"
    assert _ask(arena, "n1", 1, client="b") == "2"


@guards("execute", _no_table)
def test_6_3_the_table_survives_a_change_of_leaders(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    assert _ask(arena, "n1", 1) == "1"
    arena.timeout("n2")
    arena.exchange(down=("n3",))
    assert arena["n2"].role is LEADER
    assert _ask(arena, "n2", 1) == "1"
    assert {arena[name].machine.value("x") for name in ("n1", "n2")} == {"1"}


@guards("execute", _no_table)
def test_6_3_the_table_comes_with_a_snapshot(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    assert _ask(arena, "n1", 1) == "1"
    arena.act("n1", rules.take_snapshot)
    for _ in range(3):  # n3 hears of it all for the first time: it refuses, and gets the snapshot
        arena.timeout("n1", "heartbeat")
        arena.exchange()
    assert arena["n3"].log.snapshot_index == 1
    assert arena.happened(EntryApplied, node="n3") == arena.happened(EntriesApplied, node="n3") == []
    arena.timeout("n3")
    arena.exchange()
    arena.act("n3", rules.accept_proposal, "add x 1", "c", 1, True)
    arena.exchange()
    assert arena.happened(ClientAnswered)[-1].answer == "1"
    assert {node.machine.value("x") for node in arena.cluster.nodes.values()} == {"1"}


def _session_for_all(step: Any, text: str, client: str, sequence: int, session: bool = False) -> None:
    proposals.accept_proposal(step, text, client, sequence, True)


@guards("accept_proposal", _session_for_all)
def test_etcd_without_a_session_a_retry_is_applied_twice(rules: Rules) -> None:
    arena = Arena(rules)
    arena.leader()
    assert _ask(arena, "n1", 1, session=False) == "1"
    assert _ask(arena, "n1", 1, session=False) == "2"


test_seen_red = guards.seen_red()
