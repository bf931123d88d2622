"""Changes of members in etcd's words: `v2 l3 r1`, and the configuration that comes of them.

etcd's entries say what is to change (a voter, a learner, nobody any more); ours say the configuration that is to be.
Several changes at once, or a wish for it, lead through a joint configuration (section 6). A voter that is made a
learner in one waits, since it votes in the old half still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.model import Config

if TYPE_CHECKING:
    from collections.abc import Iterable

TRANSITIONS: Final = ("auto", "implicit", "explicit")
"""Through a joint configuration if it must be; always, and out of it by itself; always, and out of it when told."""


class Change(Struct, frozen=True):
    """One change: `what` is "v" (a voter), "l" (a learner), "r" (removed) or "u" (updated: nothing of ours)."""

    what: str
    node: str


def read_changes(text: str) -> tuple[Change, ...]:
    """The changes that a text such as `v2 r1` lists.

    Raises:
        ValueError: a word is none.
    """
    found = []
    for word in text.split():
        if word[0] not in "vlru" or not word[1:].isdecimal():
            raise ValueError(f"{word!r} is no change of members; write v2, l2, r2 or u2")
        found.append(Change(word[0], str(int(word[1:]))))
    return tuple(found)


def changed(config: Config, changes: tuple[Change, ...], transition: str) -> Config:
    """The configuration after the changes; none at all leave a joint one.

    Raises:
        ValueError: it can't be: no voter would be left, or several change without a joint configuration.
    """
    if not changes:
        if not config.outgoing:
            raise ValueError("there is no joint configuration to leave")
        return ordered(Config(config.voters, (), (*config.learners, *config.learners_next)))
    if config.outgoing:
        raise ValueError("the configuration is joint already")
    if transition == "auto" and len(changes) == 1:
        simple = _applied(config, (), changes)
        if len(set(simple.voters) ^ set(config.voters)) > 1:
            raise ValueError("several voters change, and the configuration isn't joint")
        return simple
    joint = _applied(config, config.voters, changes)
    return Config(joint.voters, joint.outgoing, joint.learners, joint.learners_next, transition != "explicit")


def _applied(config: Config, outgoing: tuple[str, ...], changes: Iterable[Change]) -> Config:
    voters, learners, waiting = set(config.voters), set(config.learners), set(config.learners_next)
    for change in changes:
        name, known = change.node, change.node in voters | learners | set(outgoing)
        if change.what == "u" or name == "0" or (change.what == "l" and name in learners):
            continue
        for names in (voters, learners, waiting):
            names.discard(name)
        if change.what == "v":
            voters.add(name)
        elif change.what == "l":
            (waiting if known and name in outgoing else learners).add(name)
    if not voters:
        raise ValueError("no voter would be left")
    return ordered(Config(tuple(voters), outgoing, tuple(learners), tuple(waiting)))


def ordered(config: Config) -> Config:
    """The same configuration with all names in the order of their numbers."""
    return Config(
        _sorted(config.voters),
        _sorted(config.outgoing),
        _sorted(config.learners),
        _sorted(config.learners_next),
        config.auto_leave,
    )


def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=_number))


def _number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 0, name)
