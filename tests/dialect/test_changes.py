"""Configurations that come of etcd's changes."""

from __future__ import annotations

import pytest

from raftlab.core.model import Config
from raftlab.dialect.changes import changed, read_changes

THREE = Config(("1", "2", "3"))
JOINT = Config(("1", "2", "10"), ("1", "2", "3"), (), ("3",), True)


@pytest.mark.parametrize(
    ("changes", "transition", "after"),
    [
        ("v10", "auto", Config(("1", "2", "3", "10"))),
        ("l10", "auto", Config(("1", "2", "3"), (), ("10",))),
        ("l3", "auto", Config(("1", "2"), (), ("3",))),
        ("r3", "auto", Config(("1", "2"))),
        ("u3", "auto", THREE),
        ("v10 l3", "auto", JOINT),
        ("v10 l3", "explicit", Config(("1", "2", "10"), ("1", "2", "3"), (), ("3",), False)),
        ("v10", "implicit", Config(("1", "2", "3", "10"), ("1", "2", "3"), (), (), True)),
    ],
)
def test_changes(changes: str, transition: str, after: Config) -> None:
    assert changed(THREE, read_changes(changes), transition) == after


def test_no_change_leaves_a_joint_configuration_and_its_learners_wait_no_longer() -> None:
    assert changed(JOINT, (), "auto") == Config(("1", "2", "10"), (), ("3",))


def test_a_learner_becomes_a_voter() -> None:
    assert changed(Config(("1",), (), ("2",)), read_changes("v2"), "auto") == Config(("1", "2"))


@pytest.mark.parametrize(
    ("before", "changes", "why"),
    [
        (THREE, "", "no joint configuration to leave"),
        (JOINT, "v4", "joint already"),
        (Config(("1",)), "r1", "no voter would be left"),
    ],
)
def test_what_cannot_be(before: Config, changes: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        changed(before, read_changes(changes), "auto")


@pytest.mark.parametrize("text", ["w2", "v", "v2,", "2"])
def test_what_is_no_change(text: str) -> None:
    with pytest.raises(ValueError, match="is no change of members"):
        read_changes(text)
