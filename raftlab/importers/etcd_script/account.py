"""An account of every line of a transcript: told, or skipped for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.core.origin import Origin
    from raftlab.importers.etcd_script.script import Block
    from raftlab.importers.imported import FileReport

EMPTY: Final = "an empty line"
COMMENT: Final = "a comment"
COMMAND: Final = "a command: what it does, its output says"
SEPARATOR: Final = "a line between a command and its output"
GOES_ON: Final = "part of what the lines above it say"
HEADING: Final = "a heading"
REPEATS: Final = "repeats what earlier lines said"
NO_STATE: Final = "a line with no state in it"
STORAGE: Final = "between a node and its own storage threads"
NOTHING: Final = "says that nothing else was printed"
UNKNOWN_FORM: Final = "a line of an unknown form"


class Account:
    """Why each line became no event; those that did are known by the events' origins."""

    def __init__(self, lines: Sequence[str], blocks: Iterable[Block]) -> None:
        self._reasons = [_outside(line) for line in lines]
        for block in blocks:
            for line in range(block.line, block.end_line + 1):
                self._reasons[line - 1] = SEPARATOR if lines[line - 1].rstrip() == "----" else COMMAND
            for line in range(block.expected_line, block.expected_line + len(block.expected)):
                self._reasons[line - 1] = GOES_ON

    def say(self, line: int, reason: str) -> None:
        """The reason that counts for this line (from 1), unless an event comes from it."""
        self._reasons[line - 1] = reason

    def settle(self, report: FileReport, origins: Iterable[Origin | None]) -> None:
        """Fill in a report: lines == told + skipped."""
        of_events = [origin.line for origin in origins if origin is not None]
        told = set(of_events)
        report.lines, report.told, report.events = len(self._reasons), len(told), len(of_events)
        for line, reason in enumerate(self._reasons, 1):
            if line not in told:
                report.skip(reason)


def _outside(line: str) -> str:
    text = line.strip()
    if not text:
        return EMPTY
    return COMMENT if text.startswith("#") else UNKNOWN_FORM
