"""A configuration as the text of its log entry, and the one that a log says (section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.model import Config

if TYPE_CHECKING:
    from raftlab.core.model import Node

_FIELDS = ("voters", "outgoing", "learners", "learners_next")


def write_config(config: Config) -> str:
    """A configuration as the text of its entry: "voters n1,n2 outgoing n1,n3 learners n4 auto"."""
    parts = [f"{field} {','.join(names)}" for field in _FIELDS if (names := getattr(config, field))]
    return " ".join([*parts, "auto"] if config.auto_leave else parts)


def read_config(text: str) -> Config:
    """The configuration that an entry's text says."""
    words = text.split()
    auto = "auto" in words
    pairs = dict(zip(words[0::2], words[1::2], strict=False))
    names = {field: tuple(pairs[field].split(",")) for field in _FIELDS if field in pairs}
    return Config(**names, auto_leave=auto)


def config_at(node: Node, index: int) -> tuple[Config, int]:
    """The configuration that a log says up to an index, and the index of its entry (0: it stands before the log)."""
    for entry in reversed(node.log.between(node.log.snapshot_index + 1, index)):
        if entry.kind == "config":
            return read_config(entry.text), entry.index
    return (node.first_config if node.snapshot is None else node.snapshot.config), 0
