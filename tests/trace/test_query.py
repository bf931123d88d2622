"""The one predicate language: what it can ask, and what it refuses."""

from __future__ import annotations

import pytest

from raftlab.core.errors import QueryError
from raftlab.core.scenario import Scenario
from raftlab.session import Lane
from raftlab.trace.query import Query


@pytest.fixture(scope="module")
def lane() -> Lane:
    lane = Lane.begin(Scenario(nodes=("n1", "n2", "n3")))
    lane.move_to(1_000_000)
    return lane


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("term == 1 and commit == 0", True),
        ('any(n.role == "leader" for n in nodes)', True),
        ('count(n.role == "follower" for n in up) == 2', True),
        ("len(leaders) == 1 and leader == leaders[0]", None),
        ("leader in [n.name for n in nodes]", True),
        ("quorum == 2 and not cut and logs_equal", True),
        ("n1.term > 5", False),
        ("max(n.term for n in nodes) == 1", True),
        ("seconds >= 0.9", True),
        ("n1.vote == n2.vote == n3.vote == leader", True),
        ("n1.leader < 3", False),
    ],
)
def test_about_the_cluster(lane: Lane, text: str, holds: bool | None) -> None:
    if holds is None:
        with pytest.raises(QueryError):
            Query(text)
    else:
        assert Query(text).holds(lane.state()) is holds


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "n1.__class__",
        "open('x')",
        "(lambda: 1)()",
        "n1.term = 3",
        "x := 3",
        "n1 .",
        "",
        "[n for n in nodes].append(1)",
        "'{0.__class__}'.format(n1)",
    ],
)
def test_refuses_what_is_no_predicate(text: str) -> None:
    with pytest.raises(QueryError):
        Query(text)


def test_unknown_names_are_said(lane: Lane) -> None:
    with pytest.raises(QueryError, match="n9"):
        Query("n9.term == 1").holds(lane.state())
    with pytest.raises(QueryError, match="it has applied"):
        Query("n1.colour == 1").holds(lane.state())
