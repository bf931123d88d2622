"""Evidence for people: the line of the file that an event came from, or the event's own sentence.

A line's own text is read from the file while it is still there; of each file only up to the last line that is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.diagnose.finding import Evidence, Finding
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.trace import Timeline

MOST: Final = 8
"""So many pieces of evidence at most for one finding."""

_WIDE: Final = 400


def testify(timeline: Timeline, findings: Sequence[Finding], name: str) -> None:
    """Give each finding its evidence.

    Args:
        name: the trace's own name, for events that came from no other file: their line is that in the trace.
    """
    positions = {at for finding in findings for at in finding.at[:MOST]}
    origins = {at: origin for at in positions if (origin := timeline.origin(at)) is not None}
    wanted: dict[str, set[int]] = {}
    for origin in origins.values():
        wanted.setdefault(origin.file, set()).add(origin.line)
    texts = {(file, line): text for file, lines in wanted.items() for line, text in _lines(file, lines).items()}
    for finding in findings:
        evidence: dict[tuple[str, int], Evidence] = {}
        for at in finding.at[:MOST]:
            event = timeline.event(at)
            origin = origins.get(at)
            if origin is None:
                found = Evidence(name, at + 2, f"event {at}: {describe(event)}", event.at_us)
            else:
                text = texts.get((origin.file, origin.line)) or describe(event)
                found = Evidence(origin.file, origin.line, text, event.at_us)
            evidence.setdefault((found.file, found.line), found)
        finding.evidence = tuple(evidence.values())


def _lines(path: str, wanted: set[int]) -> dict[int, str]:
    """The text of some lines of a file (packed or not); nothing if it can't be read any more, or isn't text."""
    from raftlab.importers.source import Source  # a trace of ours needs none of the importers

    found: dict[int, str] = {}
    last = max(wanted)
    try:
        source = Source(path)
        if source.binary:
            return found
        for number, line in source.lines():
            if number in wanted:
                text = line.decode("utf-8", "replace").strip()
                found[number] = text if len(text) <= _WIDE else text[:_WIDE] + "…"
            if number >= last:
                break
    except (TraceError, OSError):
        return found
    return found
