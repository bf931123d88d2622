"""What a script's command says: which nodes, which numbers, and how nodes are set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.dialect.member import UNBOUNDED, Options

if TYPE_CHECKING:
    from raftlab.dialect.world import World
    from raftlab.importers.etcd_script import Block


class Unsupported(Exception):
    """A command, or a wish in one, that this runner doesn't know; the text says which."""


_ADD_OPTIONS: Final = frozenset(
    {
        "voters", "learners", "inflight", "index", "content", "async-storage-writes", "prevote", "checkquorum",
        "max-committed-size-per-ready", "disable-conf-change-validation", "read-only", "step-down-on-removal",
        "heartbeat-tick", "election-tick",
    }
)  # fmt: skip


def options_of(block: Block) -> Options:
    """How an add-nodes command sets its nodes up.

    Raises:
        Unsupported: it says something that isn't known here.
        TraceError: a value is no number, or neither true nor false.
    """
    for argument in block.arguments:
        if argument.values is not None and argument.key not in _ADD_OPTIONS:
            raise Unsupported(f"add-nodes with {argument.key}")
    reads = block.value("read-only", "safe")
    if reads not in ("safe", "lease-based", "lease"):
        raise Unsupported(f"add-nodes with read-only={reads}")
    return Options(
        pre_vote=block.flag("prevote"),
        check_quorum=block.flag("checkquorum"),
        inflight=number_of(block, "inflight", UNBOUNDED),
        asynchronous=block.flag("async-storage-writes"),
        committed_bytes=number_of(block, "max-committed-size-per-ready", 0),
        lease_reads=reads != "safe",
        validates_changes=not block.flag("disable-conf-change-validation"),
        steps_down_on_removal=block.flag("step-down-on-removal"),
        heartbeat_ticks=number_of(block, "heartbeat-tick", 1),
        election_ticks=number_of(block, "election-tick", 3),
    )


def named_nodes(world: World, block: Block, *, exactly: int | None = None, most: int | None = None) -> tuple[str, ...]:
    """The nodes that a command names by its bare words (the first `most` of them).

    Raises:
        TraceError: one isn't there, or there should be `exactly` so many.
    """
    words = block.words if most is None else block.words[:most]
    if exactly is not None and len(words) != exactly:
        raise block.mistake(f"here {exactly} node{'s' * (exactly > 1)} should be named, and {len(words)} are")
    return tuple(known_node(world, block, word) for word in words)


def known_node(world: World, block: Block, name: str) -> str:
    """A node's name, once it is sure that there is one.

    Raises:
        TraceError: there is none.
    """
    if name not in world.members:
        raise block.mistake(f"there is no node {name!r}; the nodes are {', '.join(world.members) or 'none yet'}")
    return name


def names_of(block: Block, key: str) -> tuple[str, ...]:
    """All names in the arguments of a key: (1,2) and (1 2) both have two."""
    return tuple(name for value in block.values(key) for name in value.split())


def number_of(block: Block, key: str, default: int) -> int:
    """The number that an argument says.

    Raises:
        TraceError: it is none.
    """
    value = block.value(key)
    if not value:
        return default
    if not value.isdecimal():
        raise block.mistake(f"{key}={value} is no number")
    return int(value)


def number_at(block: Block, place: int, what: str) -> int:
    """The number among the bare words at a place (from 0); `what` says in an error what it should be.

    Raises:
        TraceError: there is none.
    """
    word = block.words[place] if len(block.words) > place else ""
    if not word.isdecimal():
        raise block.mistake(f"here {what} should be said, as a number")
    return int(word)
