"""YAML with places: every value knows its file, line and column, and all mistakes are reported, not only the first.

YAML has traps that cost people evenings: `on:` is a boolean, of two equal keys the last one silently wins. Documents
are read through the parser's nodes, where both can be seen, and both are refused.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import yaml

from raftlab.core.errors import Located
from raftlab.core.times import parse_duration

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = {"true": True, "false": False}


class Document:
    """One YAML file being read; collects what is wrong with it.

    Args:
        text: the whole file.
        file: its name, for messages.
        error: the error that `finish` raises.
    """

    def __init__(self, text: str, file: str, error: type[Located]) -> None:
        self.file = file
        self.problems: list[tuple[int, int, str]] = []
        self._error = error
        try:
            self.root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as problem:
            mark = problem.problem_mark or problem.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise error(
                f"not YAML: {problem.problem or problem.context}", file=file, line=line, column=column
            ) from None
        except yaml.YAMLError as problem:
            raise error(f"not YAML: {problem}", file=file, line=1, column=1) from None
        if self.root is None:
            raise error("the file is empty", file=file, line=1, column=1)

    def reader(self) -> Reader:
        """Begin at the top."""
        assert self.root is not None
        return Reader(self, self.root, "")

    def finish(self) -> None:
        """Raise one error that names every mistake, in the order of the file; nothing if there is none."""
        if not self.problems:
            return
        problems = sorted(self.problems)
        line, column, message = problems[0]
        rest = [f"{self.file}:{line}:{column}: {message}" for line, column, message in problems[1:]]
        raise self._error("\n".join([message, *rest]), file=self.file, line=line, column=column)


class Reader:
    """One value of a document. Each method asks for a shape; the wrong one is noted and a harmless value comes back."""

    def __init__(self, document: Document, node: yaml.Node, path: str, key: Reader | None = None) -> None:
        self._document = document
        self._node = node
        self.path = path
        self.key = key  # where the key stands that leads to this value

    @property
    def line(self) -> int:
        """The line where the value stands, from 1."""
        return int(self._node.start_mark.line) + 1

    @property
    def column(self) -> int:
        """The column where the value stands, from 1."""
        return int(self._node.start_mark.column) + 1

    def wrong(self, message: str) -> None:
        """Note a mistake at this place."""
        self._document.problems.append((self.line, self.column, message))

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_null(self) -> bool:
        """Whether nothing was written."""
        return isinstance(self._node, yaml.ScalarNode) and self._node.tag == "tag:yaml.org,2002:null"

    def pairs(self, words: Collection[str] = ()) -> dict[str, Reader]:
        """A mapping with any keys. `words` may be such as YAML takes for something else: we know what they mean."""
        if not isinstance(self._node, yaml.MappingNode):
            self.wrong(f"{self._name()} should be a mapping (key: value), not {self._kind()}")
            return {}
        found: dict[str, Reader] = {}
        for key, value in self._node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            at = Reader(self._document, key, name)
            if key.tag == "tag:yaml.org,2002:bool" and name not in words:
                at.wrong(f"YAML reads the key {name!r} as true or false; put it in quotes or choose another word")
            elif not name:
                at.wrong("a key should be a word")
            elif name in found:
                at.wrong(f"the key {name!r} stands here twice (first in line {found[name].line}); keep one")
            else:
                found[name] = Reader(self._document, value, f"{self.path}.{name}".lstrip("."), at)
        return found

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Reader]:
        """A mapping with these keys and no others."""
        known = [*required, *optional]
        found = self.pairs(known)
        for name in list(found):
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
                (found[name].key or found[name]).wrong(f"unknown key {name!r}; {hint}")
                del found[name]
        if isinstance(self._node, yaml.MappingNode):
            for name in required:
                if name not in found:
                    self.wrong(f"{self._name()} lacks the key {name!r}")
        return found

    def items(self) -> list[Reader]:
        """A list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.wrong(f"{self._name()} should be a list, not {self._kind()}")
            return []
        return [Reader(self._document, node, f"{self.path}[{n}]") for n, node in enumerate(self._node.value)]

    def text(self) -> str:
        """A string (numbers are taken as they are written)."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.wrong(f"{self._name()} should be text, not {self._kind()}")
            return ""
        return str(self._node.value)

    def integer(self, low: int | None = None, high: int | None = None) -> int:
        """A whole number within bounds, both included."""
        text = self._scalar()
        try:
            value = int(text)
        except ValueError:
            self.wrong(f"{self._name()} should be a whole number, not {self._shown()}")
            return low or 0
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"from {low} to {high}" if low is not None and high is not None else f"at least {low}"
            self.wrong(f"{self._name()} should be {bounds}, not {value}")
            return low or 0
        return value

    def number(self) -> float:
        """A number."""
        try:
            return float(self._scalar())
        except ValueError:
            self.wrong(f"{self._name()} should be a number, not {self._shown()}")
            return 0.0

    def boolean(self) -> bool:
        """true or false, and no other spelling."""
        value = _BOOLEANS.get(self._scalar().lower())
        if value is None:
            self.wrong(f"{self._name()} should be true or false, not {self._shown()}")
        return bool(value)

    def duration(self, low: int = 0) -> int:
        """A time in microseconds, at least `low`: 250ms, 1.5s, 40us, or a bare integer."""
        try:
            time_us = parse_duration(self._scalar())
        except ValueError:
            self.wrong(f"{self._name()} should be a time such as 250ms, 1.5s or 40us, not {self._shown()}")
            return low
        if time_us < low:
            self.wrong(f"{self._name()} should be longer than {self._shown()}")
        return max(low, time_us)

    def choice(self, choices: Mapping[str, object] | Collection[str]) -> str:
        """One of some words."""
        text = self._scalar()
        if text not in choices:
            close = get_close_matches(text, list(choices), 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(choices)}"
            self.wrong(f"{self._name()} can't be {self._shown()}; {hint}")
            return next(iter(choices))
        return text

    def texts(self) -> tuple[str, ...]:
        """A list of strings."""
        return tuple(item.text() for item in self.items())

    def _scalar(self) -> str:
        return str(self._node.value) if isinstance(self._node, yaml.ScalarNode) else ""

    def _name(self) -> str:
        return repr(self.path) if self.path else "the file"

    def _kind(self) -> str:
        if isinstance(self._node, yaml.MappingNode):
            return "a mapping"
        return "a list" if isinstance(self._node, yaml.SequenceNode) else f"{self._node.value!r}"

    def _shown(self) -> str:
        return repr(self._scalar()) if isinstance(self._node, yaml.ScalarNode) else self._kind()
