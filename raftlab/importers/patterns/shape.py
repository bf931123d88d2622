"""What an event wants to know: which groups of a pattern it takes, which it needs, and how they become its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import fields as fields_of

from raftlab.core.log import Entry
from raftlab.core.model import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from raftlab.core.events import Event
    from raftlab.core.messages import Message

_BASE: Final = frozenset({"at_us", "node", "cause", "rule"})
_ENTRY: Final = ("entry_index", "entry_term", "entry_kind", "entry_text")
_CONFIG: Final = ("voters", "outgoing", "learners")
_NOBODY: Final = frozenset({"", "-", "none", "nobody", "null", "nil", "<nil>"})
_KINDS: Final = ("normal", "config", "noop")
_SEPARATORS: Final = re.compile(r"[\s,;]+")

_NAMES: Final = frozenset({"to", "sender", "leader", "candidate", "voter", "target", "vote", "peer"})
"""Fields that name a node (or nobody)."""


class Shape:
    """The fields of an event, and of the message that it carries, as groups that a pattern may have.

    An entry is told by entry_index and entry_term (entry_kind, entry_text), a configuration by voters (outgoing,
    learners: names with commas or blanks between them). All other fields have their own names.
    """

    def __init__(self, event: type[Event], message: type[Message] | None) -> None:
        self.event, self.message = event, message
        own = {each.name: each for each in fields_of(event) if each.name not in _BASE}
        self.carries = "message" in own
        self.fields: set[str] = set()
        self.needed: set[str] = set()
        for name, each in own.items():
            self._take(name, each.default is NODEFAULT and each.default_factory is NODEFAULT)
        if message is not None:
            for each in fields_of(message):
                self._take(each.name, each.default is NODEFAULT and each.default_factory is NODEFAULT)

    @property
    def words(self) -> str:
        """What it is, for people."""
        return self.event.__name__ + (f" of {self.message.__name__}" if self.message is not None else "")

    def _take(self, name: str, needed: bool) -> None:
        if name == "message":
            return
        if name in ("entry", "entries"):
            self.fields.update(_ENTRY)
            if needed:
                self.needed.update(_ENTRY[:2])
        elif name == "config":
            self.fields.update(_CONFIG)
            if needed:
                self.needed.add("voters")
        else:
            self.fields.add(name)
            if needed:
                self.needed.add(name)

    def build(self, told: Mapping[str, str], key: Mapping[str, str]) -> dict[str, Any]:
        """The event's own fields from what a line tells; `key` translates nodes' names.

        Raises:
            ValueError: a value isn't of its field's kind; the message says which.
        """
        fields = self._of(self.event, told, key)
        if self.message is not None:
            fields["message"] = self.message(**self._of(self.message, told, key))
        return fields

    def _of(self, struct: type[Any], told: Mapping[str, str], key: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in fields_of(struct):
            name = each.name
            if name in _BASE or name == "message":
                continue
            if name == "entry" and "entry_index" in told:
                found[name] = _entry(told)
            elif name == "entries" and "entry_index" in told:
                found[name] = (_entry(told),)
            elif name == "config" and "voters" in told:
                found[name] = _config(told, key)
            elif name in told:
                found[name] = _value(name, each.type, told[name], key)
        return found


def _value(name: str, kind: Any, text: str, key: Mapping[str, str]) -> Any:
    if name in _NAMES:
        return None if text.lower() in _NOBODY else key.get(text, text)
    if name == "unknown":
        return tuple(_SEPARATORS.split(text.strip()))
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{name} can't be {text!r}: {error}") from None


def _entry(told: Mapping[str, str]) -> Entry:
    kind = told.get("entry_kind", "normal").lower()
    try:
        index, term = int(told["entry_index"]), int(told["entry_term"])
    except (KeyError, ValueError):
        raise ValueError("an entry's index and term should be whole numbers") from None
    return Entry(index, term, kind if kind in _KINDS else "normal", told.get("entry_text", ""))


def _config(told: Mapping[str, str], key: Mapping[str, str]) -> Config:
    voters, outgoing, learners = (_several(told.get(part, ""), key) for part in _CONFIG)
    return Config(voters, outgoing, learners)


def _several(text: str, key: Mapping[str, str]) -> tuple[str, ...]:
    names = (name.strip("[](){}\"'") for name in _SEPARATORS.split(text.strip(" []{}()")))
    return tuple(key.get(name, name) for name in names if name)
