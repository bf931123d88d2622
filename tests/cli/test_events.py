"""`raftlab events`: what is asked for and isn't there is told, not passed over in silence."""

from __future__ import annotations

import pytest

from tests.cli.test_contract import LOGS, document, raftlab


def test_a_node_that_nobody_named_is_a_mistake() -> None:
    result = raftlab("events", *LOGS, "--node", "n9", code=2)
    assert "there is no node 'n9' in this trace; there are n1, n2, n3" in result.stderr


@pytest.mark.parametrize("more", [["--term", "77"], ["--grep", "zzz"]])
def test_nothing_that_matches_is_told_beside_the_output(more: list[str]) -> None:
    result = raftlab("events", *LOGS, *more)
    assert result.stdout == ""
    assert "no event matches" in result.stderr


@pytest.mark.parametrize("bounds", [("50", "40"), ("999999", "9999999"), ("10", "-1")])
def test_a_range_that_holds_nothing_is_a_mistake(bounds: tuple[str, str]) -> None:
    result = raftlab("events", *LOGS, "--from", bounds[0], "--to", bounds[1], code=2)
    assert f"there is nothing from event {bounds[0]}" in result.stderr
    assert "the events are 0 to" in result.stderr


def test_a_time_of_day_as_shown_is_accepted() -> None:
    found = [it.split() for it in raftlab("events", *LOGS).stdout.splitlines()]
    place, stamp = found[60][:2]
    clock = stamp.split("T")[1].rstrip("Z")

    listed = raftlab("events", *LOGS, "--from", clock, "--to", clock).stdout.splitlines()
    state = document("state", *LOGS, "--time", clock)

    assert place in [it.split()[0] for it in listed]
    assert {it.split()[1] for it in listed} == {stamp}
    assert state["time"] == stamp


def test_an_unknown_kind_suggests_the_closest() -> None:
    result = raftlab("events", *LOGS, "--kind", "zzz", code=2)
    assert "raftlab events --help" in result.stderr
    assert len(result.stderr) < 200
    assert "did you mean BecameLeader" in raftlab("events", *LOGS, "--kind", "BecomeLeader", code=2).stderr


def test_help_lists_every_kind() -> None:
    from raftlab.core.events import Event

    said = raftlab("events", "--help").stdout
    assert [kind.__name__ for kind in Event.__subclasses__() if kind.__name__ not in said] == []
