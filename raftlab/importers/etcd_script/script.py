"""A data-driven script: commands, what goes into each, and what each is expected to print.

What lives here: the form of such a file and nothing else. It knows nothing of Raft: which commands there are, what
their arguments mean and how their output reads is for others (printed.py, the importer, a runner).

The form, as Go's `datadriven` package reads it: a command stands on a line of its own with its arguments; the lines
below it, up to `----`, are its body; the lines below that, up to an empty one, are what it prints. Output that has
empty lines of its own stands between two pairs of `----`. A line that begins with `#` where a command might stand is a
comment, a command that ends with a backslash goes on in the next line.

    add-nodes 3 voters=(1,2,3) index=2     a word, an argument with several values, one with one value
    campaign 1                             a body: here more commands, run one after the other
    ----
    ok                                     what is printed

Lines are counted from 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.errors import TraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

SEPARATOR: Final = "----"
SUBTEST: Final = "subtest"
"""The one directive that has neither body nor output."""


class Argument(Struct, frozen=True):
    """One argument: a bare word (values None), `key=value`, or `key=(value, value)`; `key=()` has no values at all."""

    key: str
    values: tuple[str, ...] | None = None

    def __str__(self) -> str:
        if self.values is None:
            return self.key
        if len(self.values) == 1 and not set(self.values[0]) & set(" ,()"):
            return f"{self.key}={self.values[0]}"
        return f"{self.key}=({','.join(self.values)})"


class Block(Struct, frozen=True):
    """One command with everything that belongs to it.

    `line` is where the command stands, `body_line` and `expected_line` where body and output begin (or would begin, if
    they are empty), `end_line` the last line that belongs to the block. `body` and `expected` are lines as they stand
    in the file, without their ends; the body without empty lines around it. `doubled`: the output stands between pairs
    of `----`.

    A command that is itself a line of a body (see `subblocks`) has neither: its output is part of the block's.
    """

    file: str
    line: int
    command: str
    arguments: tuple[Argument, ...] = ()
    body: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    body_line: int = 0
    expected_line: int = 0
    end_line: int = 0
    doubled: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The bare words among the arguments, in order: `stabilize 1 2 log-level=none` has "1" and "2"."""
        return tuple(it.key for it in self.arguments if it.values is None)

    def values(self, key: str) -> tuple[str, ...]:
        """All values of the arguments of that name, in order; () if it isn't given, or given without any."""
        return tuple(value for it in self.arguments if it.key == key for value in it.values or ())

    def value(self, key: str, default: str = "") -> str:
        """The last value of the argument of that name; `default` if there is none."""
        found = self.values(key)
        return found[-1] if found else default

    def flag(self, key: str) -> bool:
        """Whether `key=true` is given (as Go reads truth: 1, t, true).

        Raises:
            TraceError: its value is neither true nor false.
        """
        value = self.value(key, "false").lower()
        if value not in _TRUE and value not in _FALSE:
            raise self.mistake(f"{key}={value} is neither true nor false")
        return value in _TRUE

    @property
    def subblocks(self) -> tuple[Block, ...]:
        """The body, read as more commands: one a line, each run after the one before, empty lines and comments left
        out. Whether a command's body is that, its command decides.

        Raises:
            TraceError: a line is no command.
        """
        found = []
        for number, text in enumerate(self.body, self.body_line):
            if text.strip() and not text.lstrip().startswith("#"):
                command, arguments = parse_command(text, self.file, number)
                found.append(Block(self.file, number, command, arguments, end_line=number))
        return tuple(found)

    def mistake(self, message: str) -> TraceError:
        """An error that stands at this command's line."""
        return TraceError(f"{self.command}: {message}", file=self.file, line=self.line)

    def __str__(self) -> str:
        return " ".join([self.command, *map(str, self.arguments)])


_TRUE: Final = frozenset({"1", "t", "true"})
_FALSE: Final = frozenset({"0", "f", "false"})


def parse_script(text: str, file: str) -> tuple[Block, ...]:
    """All blocks of a script, in order; `file` is its name, for errors.

    Raises:
        TraceError: a command can't be read, or has no `----` below it.
    """
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return tuple(_blocks([line.removesuffix("\r") for line in lines], file))


def parse_command(text: str, file: str = "", line: int = 0) -> tuple[str, tuple[Argument, ...]]:
    """A command's name and its arguments; `file` and `line` say where it stands, for errors.

    Raises:
        TraceError: there is none, or an argument isn't one; with its column.
    """
    scanner = _Scanner(text, file, line)
    command = scanner.until(" \t")
    if not command:
        raise scanner.mistake("here a command's name should stand")
    arguments = []
    while scanner.skip_spaces():
        arguments.append(_argument(scanner))
    return command, tuple(arguments)


def _blocks(lines: list[str], file: str) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        first, text = at, lines[at].strip()
        at += 1
        if not text or text.startswith("#"):
            continue
        while text.endswith("\\") and at < len(lines):
            text = f"{text[:-1]} {lines[at].strip()}"
            at += 1
        command, arguments = parse_command(text, file, first + 1)
        if command == SUBTEST:
            yield Block(file, first + 1, command, arguments, body_line=at + 1, expected_line=at + 1, end_line=at)
            continue
        separator = next((number for number in range(at, len(lines)) if lines[number] == SEPARATOR), None)
        if separator is None:
            raise TraceError(
                f"the command {command!r} has no line {SEPARATOR!r} below it; what it prints stands under one",
                file=file,
                line=first + 1,
            )
        begin, end = _trimmed(lines, at, separator)
        doubled = lines[separator + 1 : separator + 2] == [SEPARATOR]
        expected = separator + 1 + doubled
        after = _end_of_doubled(lines, expected) if doubled else _end_of_output(lines, expected)
        at = min(after + 2 * doubled, len(lines))
        yield Block(
            file, first + 1, command, arguments, tuple(lines[begin:end]), tuple(lines[expected:after]), begin + 1,
            expected + 1, at, doubled,
        )  # fmt: skip


def _trimmed(lines: list[str], begin: int, end: int) -> tuple[int, int]:
    while begin < end and not lines[begin].strip():
        begin += 1
    while begin < end and not lines[end - 1].strip():
        end -= 1
    return begin, end


def _end_of_output(lines: list[str], begin: int) -> int:
    return next((number for number in range(begin, len(lines)) if not lines[number].strip()), len(lines))


def _end_of_doubled(lines: list[str], begin: int) -> int:
    pair = [SEPARATOR, SEPARATOR]
    return next((number for number in range(begin, len(lines)) if lines[number : number + 2] == pair), len(lines))


class _Scanner:
    """Where in a command's text we are."""

    __slots__ = ("at", "file", "line", "text")

    def __init__(self, text: str, file: str, line: int) -> None:
        self.text, self.file, self.line = text, file, line
        self.at = len(text) - len(text.lstrip())

    def until(self, characters: str) -> str:
        """Everything up to one of these characters."""
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in characters:
            self.at += 1
        return self.text[begin : self.at]

    def take(self, character: str) -> bool:
        """Step over this character, if it stands here."""
        found = self.text[self.at : self.at + 1] == character
        self.at += found
        return found

    def skip_spaces(self) -> bool:
        """Step over spaces; whether something follows."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def mistake(self, message: str) -> TraceError:
        return TraceError(message, file=self.file or None, line=self.line or None, column=self.at + 1)


def _argument(scanner: _Scanner) -> Argument:
    key = scanner.until(" \t=")
    if not key:
        raise scanner.mistake("an argument is a word, key=value or key=(value, value)")
    if not scanner.take("="):
        return Argument(key)
    if not scanner.take("("):
        return Argument(key, (scanner.until(" \t"),))
    opened, depth, value = scanner.at, 0, ""
    values: list[str] = []
    while scanner.at < len(scanner.text):
        character = scanner.text[scanner.at]
        scanner.at += 1
        if not depth and character in ",)":
            values.append(value.strip())
            value = ""
            if character == ")":
                return Argument(key, () if values == [""] else tuple(values))
            continue
        depth += (character == "(") - (character == ")")
        value += character
    scanner.at = opened - 1
    raise scanner.mistake(f"the parenthesis of {key}=( is never closed")
