"""The debugger's panes of text: one node whole, what changed, why it happened."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from raftlab.trace.chain import explain, why
from raftlab.tui.clock import full_time, short_time
from raftlab.tui.grid import BOLD
from raftlab.tui.node_words import changes, log_words, node_facts
from raftlab.tui.pane import Line, Pane, Said
from raftlab.tui.state_diff import cluster_lines
from raftlab.view.describe import describe, section
from raftlab.view.looks import GLYPHS, look_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.trace import Timeline

_CONSEQUENCES_WITHIN = 400


class NodePane(Pane):
    """One node: all of its fields, then its log."""

    def show(self, cluster: Cluster, name: str | None, now_us: int, knows: tuple[str, ...]) -> None:
        """Show a node of this state."""
        node = cluster.nodes.get(name or "")
        if node is None:
            self.show_lines([(Said("No node yet. Keys 1 to 9 choose one.", "muted"),)])
            return
        facts = node_facts(node, now_us)
        width = max(map(len, facts), default=0)
        head = Said(f"{GLYPHS[look_of(cluster, node)]} {node.name}", "ink", BOLD)
        lines: list[Line] = [(head, Said("   1 to 9 choose a node", "muted"))]
        lines += [(Said(f"{field:<{width}}  ", "muted"), Said(value)) for field, value in facts.items()]
        if len(node.log):
            lines += [(), (Said("log, newest first", "muted", BOLD),), *((Said(line),) for line in log_words(node))]
        missing = [what for what in _SHOWN_PARTS if what not in knows]
        if missing:
            lines += [(), (Said(f"This source can't tell: {', '.join(missing)}.", "muted"),)]
        self.show_lines(lines)


_SHOWN_PARTS = ("roles", "terms", "votes", "leaders", "entries", "commits", "messages", "timers", "progress")


class DiffPane(Pane):
    """What the last event changed, and the event itself; with a mark, what lies between it and the cursor."""

    def show(self, timeline: Timeline, position: int, mark: int | None = None) -> None:
        """Show what the event at a position changed, or what is different from how it was at a mark."""
        if mark is not None and mark != position:
            self.show_lines(_between(timeline, mark, position))
            return
        if position < 0:
            self.show_lines([(Said("Before the first event: nothing has changed.", "muted"),)])
            return
        event = timeline.event(position)
        found = changes(timeline.state(position - 1), timeline.state(position))
        lines: list[Line] = [(Said(type(event).__name__, "ink", BOLD), Said(f"   event {position:,}", "muted"))]
        if not found:
            lines.append((Said("It changes nothing in the state.", "muted"),))
        width = max((len(f"{where} {field}") for where, field, _, _ in found), default=0)
        for where, field, old, new in found:
            lines.append((Said(f"{f'{where} {field}':<{width}}  ", "muted"), *_change(old, new)))
        lines.append(())
        lines += [(Said(f"{field:<8} ", "muted"), Said(value)) for field, value in _of_event(timeline, position)]
        lines += [(), (Said("m marks this event: what changes from there to the cursor is shown here then", "muted"),)]
        self.show_lines(lines, keep_place=False)


def _between(timeline: Timeline, mark: int, position: int) -> list[Line]:
    """What differs between the mark and the cursor, from the earlier to the later."""
    first, last = sorted((mark, position))
    where = {mark: "the mark", position: "here"}
    ends = [
        f"{'before event 0' if at < 0 else f'event {at:,}'} ({where[at]})"
        + ("" if at < 0 else f" {short_time(timeline.time_of(at), timeline.header.unit)}")
        for at in (first, last)
    ]
    lines: list[Line] = [
        (Said(f"from {ends[0]}", "ink", BOLD), Said(f"  to {ends[1]}", "ink", BOLD)),
        (Said("M goes to the mark · m marks here", "muted"),),
    ]
    return lines + (
        cluster_lines(timeline.state(first), timeline.state(last)) or [(Said("No state differs.", "muted"),)]
    )


def _change(old: str, new: str) -> tuple[Said, ...]:
    if not old:
        return (Said(f"+ {new}", "ink", BOLD),)
    if not new:
        return (Said(f"- {old}", "bad_text"),)
    return Said(old, "muted"), Said(" → ", "muted"), Said(new, "ink", BOLD)


def _of_event(timeline: Timeline, position: int) -> list[tuple[str, str]]:
    """What there is to say of an event besides its sentence."""
    event = timeline.event(position)
    found = [("at", full_time(event.at_us, timeline.header.unit))]
    if event.rule:
        found.append(("rule", f"{event.rule} {section(event)}".rstrip()))
    if event.cause is not None:
        found.append(("cause", f"event {event.cause:,}"))
    origin = timeline.origin(position)
    if origin is not None:
        found += [("file", f"{origin.file}:{origin.line}"), ("stamp", origin.stamp)]
    return found


class WhyPane(Pane):
    """The chain of causes that led to an event, oldest first, and what followed from it at once."""

    def show(self, timeline: Timeline, position: int) -> None:
        """Explain the event at a position."""
        if position < 0:
            self.show_lines([(Said("Before the first event: nothing has happened.", "muted"),)])
            return
        chain = explain(timeline, position)
        lines: list[Line] = []
        if len(chain) == 1:
            lines.append((Said("No earlier event is known to have led to this one.", "muted"),))
        for reason in chain:
            lines.append(_row(timeline, reason.position, reason.words, here=reason.position == position))
        after = consequences(timeline, position)
        if after:
            lines += [(), (Said("and led to", "muted", BOLD),), *(_row(timeline, place) for place in after)]
        self.show_lines(lines)
        self.top = max(0, len(chain) - self.size.height + 3)
        self.redraw()


def _row(timeline: Timeline, position: int, words: str = "", *, here: bool = False) -> Line:
    event = timeline.event(position)
    mark = "▸" if here else "↓"
    when = short_time(event.at_us, timeline.header.unit)
    mark_section = section(event)
    end = tuple(Said(f"  {said}", "muted") for said in (mark_section, words and f"({words})") if said)
    sentence = Said(describe(event), "ink", BOLD if here else 0)
    return (Said(f"{mark} {when:>12}  ", "gold_text" if here else "muted"), sentence, *end)


def causes(timeline: Timeline, position: int) -> list[int]:
    """The chain of causes up to an event, itself last."""
    return why(timeline, position)


def consequences(timeline: Timeline, position: int, most: int = 8) -> list[int]:
    """The next events that name this one as their cause."""
    nearby = timeline.events(position + 1, position + 1 + _CONSEQUENCES_WITHIN)
    found = (place for place, event in enumerate(nearby, position + 1) if event.cause == position)
    return list(islice(found, most))
