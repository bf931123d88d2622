"""The summary of a run or an import: what `run` and `import` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from raftlab.cli.output import shown_time
from raftlab.core.events import BecameCandidate, BecameLeader, CommitAdvanced, Event, InvariantBroken, NodeObserved
from raftlab.core.log import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.invariants import Broken


class Summary:
    """Counts what it is shown."""

    def __init__(self) -> None:
        self.events = 0
        self.first_us: int | None = None
        self.last_us = 0
        self.elections = 0
        self.leaders: dict[str, list[str]] = {}
        self.commits = 0
        self.broken: list[dict[str, Any]] = []

    def observe(self, event: Event) -> None:
        """Take one event."""
        position = self.events
        self.events = position + 1
        self.last_us = event.at_us
        if self.first_us is None:
            self.first_us = event.at_us
        kind = type(event)
        if kind is CommitAdvanced:
            self.commits = max(self.commits, event.index)  # type: ignore[attr-defined]
        elif kind is BecameCandidate:
            self.elections += 1
        elif kind is BecameLeader:
            names = self.leaders.setdefault(str(event.term), [])  # type: ignore[attr-defined]
            if event.node not in names:
                names.append(str(event.node))
        elif isinstance(event, InvariantBroken):
            self.broken.append({"invariant": event.invariant, "event": position, "text": event.text})
        elif isinstance(event, NodeObserved) and event.commit is not UNKNOWN:
            self.commits = max(self.commits, event.commit)

    def add_broken(self, broken: Iterable[Broken]) -> None:
        """What a checker found beside the trace."""
        self.broken.extend({"invariant": it.invariant, "event": it.position, "text": it.text} for it in broken)

    def document(self, trace: str | None, **more: Any) -> dict[str, Any]:
        """As the contract wants it."""
        return {
            "trace": trace,
            "events": self.events,
            "duration_us": self.last_us - (self.first_us or 0),
            "elections": self.elections,
            "leaders": self.leaders,
            "commits": self.commits,
            "broken_invariants": self.broken,
            **more,
        }


def print_summary(document: dict[str, Any], more: Iterable[str] = ()) -> None:
    """The same for people; `more` are further lines, said before what is broken."""
    where = f", written to {document['trace']}" if document["trace"] else ""
    click.echo(f"{document['events']} events over {shown_time(document['duration_us'], 'us')}{where}")
    leaders = "; ".join(f"term {term}: {', '.join(names)}" for term, names in document["leaders"].items())
    click.echo(f"elections started: {document['elections']}; leaders: {leaders or 'none'}")
    if "commits" in document["knows"] or document["commits"]:
        click.echo(f"highest committed index: {document['commits']}")
    for file in document.get("files", []):
        skipped = "; ".join(f"{count} {reason}" for reason, count in file["skipped"].items())
        click.echo(f"{file['file']} ({file['kind']}): {file['lines']} lines, {file['events']} events")
        if skipped:
            click.echo(f"  skipped: {skipped}")
    if document["modified"]:
        click.echo(f"modified Raft: {', '.join(document['modified'])}")
    for line in more:
        click.echo(line)
    for broken in document["broken_invariants"]:
        click.echo(f"BROKEN at event {broken['event']}: {broken['invariant']}: {broken['text']}")
