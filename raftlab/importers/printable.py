"""Texts of foreign logs, made safe to show.

A damaged (or a malicious) log may hold control characters: on a terminal they would clear the screen, change its title,
or turn the text around. They are written out as escapes, wherever a text becomes part of an event.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields, replace

_NUMBERS: Final = (int, bool, float, int | None)
_KNOWN: Final[dict[type[Struct], tuple[str, ...]]] = {}


def printable(value: Any) -> Any:
    """The same value, with no text in it that a terminal would obey; the very same one where there is none."""
    kind = type(value)
    if kind is str:
        return value if value.isprintable() else "".join(map(_shown, value))
    if kind is tuple:
        clean = tuple(map(printable, value))
        return value if all(new is old for new, old in zip(clean, value, strict=True)) else clean
    if isinstance(value, Struct):
        changed = {}
        for name in _fields(kind):
            old = getattr(value, name)
            new = printable(old)
            if new is not old:
                changed[name] = new
        return replace(value, **changed) if changed else value
    return value


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return repr(character)[1:-1]


def _fields(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a struct that may hold a text, as their types say."""
    found = _KNOWN.get(kind)
    if found is None:
        found = _KNOWN[kind] = tuple(field.name for field in fields(kind) if field.type not in _NUMBERS)
    return found
