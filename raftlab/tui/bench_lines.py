"""The workbench in lines: breakpoints, watches and notes, as the panes and their windows show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.clock import short_time
from raftlab.tui.grid import BOLD
from raftlab.tui.pane import Line, Pane, Said
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session.tracks import Track
    from raftlab.session.watches import Watch
    from raftlab.session.workbench import Workbench


def place_words(bench: Workbench, position: int) -> str:
    """An event's number and time: "1,402 at 2.610 s"."""
    timeline = bench.timeline
    when = (
        "" if timeline.header.unit == "step" else f" at {short_time(timeline.time_of(position), timeline.header.unit)}"
    )
    return f"{position:,}{when}"


def break_rows(bench: Workbench, position: int) -> list[Line]:
    """A breakpoint a line: whether it is on, its words, how often it is hit, the nearest hits."""
    breakpoints = bench.breakpoints.all
    width = min(44, max((len(it.words) for it in breakpoints), default=0))
    found: list[Line] = []
    for it in breakpoints:
        here = it.enabled and it.track.has(position)
        ink = "gold_text" if here else "ink" if it.enabled else "muted"
        head = f"{'●' if it.enabled else '○'} {it.number:>2}  {it.words:<{width}}  "
        if it.condition.problem:
            found.append((Said(head, ink), Said(it.condition.problem, "bad_text")))
            continue
        off = "" if it.enabled else "off · "
        found.append((Said(head, ink, BOLD), Said(off + _hits(bench, it.track, position, here), "muted")))
    return found


def _hits(bench: Workbench, track: Track, position: int, here: bool) -> str:
    """How often, and where next before and after."""
    whole = bench.tracks.whole(track)
    many = f"{track.count:,}{'' if whole else '+'} hit{'s' * (track.count != 1 or not whole)}"
    parts = [many, "here" if here else ""]
    for arrow, words, way in (("←", "before", -1), ("→", "after", 1)):
        near = bench.tracks.surely(track, position, way)
        if near is not None:
            parts.append(f"{arrow} {place_words(bench, near)}")
        elif not whole:
            parts.append(f"{arrow} …")
        elif track.count:
            parts.append(f"none {words}")
    return " · ".join(part for part in parts if part)


def watch_rows(bench: Workbench, position: int, cluster: Cluster, before: Cluster, event: Event | None) -> list[Line]:
    """A watch a line: its value, the one before if it has just changed, and where it changed last."""
    watches = bench.watches.all
    previous = bench.timeline.event(position - 1) if position > 0 else None
    width = min(40, max((len(it.words) for it in watches), default=0))
    values = [(it.value(cluster, event), it.value(before, previous)) for it in watches]
    wide = min(30, max((len(now) for now, _ in values), default=0))
    found: list[Line] = []
    for it, (now, was) in zip(watches, values, strict=True):
        changed = now != was and event is not None
        ink = "gold_text" if changed else "ink"
        value = Said(f"{now:<{wide}}", ink, BOLD)
        ago = f"  was {was}" if changed else ""
        found.append(
            (Said(f"{it.words:<{width}}  ", "muted"), value, Said(f"{ago}  {_change(bench, it, position)}", "muted"))
        )
    return found


def _change(bench: Workbench, watch: Watch, position: int) -> str:
    if position < 0:
        return ""
    place = bench.watches.last_change(watch, position)
    if place == position:
        return "changes here"
    if place is not None:
        return f"since {place_words(bench, place)}"
    return "has never changed" if bench.tracks.whole(watch.track) else "since …"


def note_rows(bench: Workbench, position: int, room: int = 60) -> list[Line]:
    """A note a line: where, and its words; a bookmark shows what happened there."""
    timeline = bench.timeline
    found: list[Line] = []
    for note in bench.notes:
        here = note.position == position
        there = note.position < len(timeline)
        where = place_words(bench, note.position) if there else f"{note.position:,}"
        sentence = describe(timeline.event(note.position)) if there else "beyond the end of this trace"
        words = Said(note.text, "ink", BOLD) if note.text else Said(sentence, "muted")
        rest = Said(f"  {sentence}" if note.text else "", "muted")
        found.append((Said(f"✎ {where:<22}  ", "gold_text" if here else "muted", BOLD if here else 0), words, rest))
    return found


class BreaksPane(Pane):
    """The breakpoints, with the nearest hits before and after."""

    def show(self, bench: Workbench, position: int) -> None:
        """Show them at a position."""
        if not bench.breakpoints.all:
            self.show_lines(
                [
                    (Said("No breakpoint yet. b sets one, r runs to the next hit, R back to the last.", "muted"),),
                    (),
                    *_examples(
                        ("kind BecameLeader", "events of a kind; node, term, message and text go with it"),
                        ("message AppendEntries node n1", "messages of a type that n1 sends or gets"),
                        ('n1.role == "leader" and term > 3', "where a predicate comes to hold"),
                        ("kind CommitAdvanced if commit > 7", "both"),
                        ("invariant", "where an invariant breaks"),
                    ),
                ]
            )
            return
        rows = break_rows(bench, position)
        self.show_lines([*rows, (), (Said("b adds · B: on, off, edit, delete · r R run to the nearest", "muted"),)])


class WatchesPane(Pane):
    """The watches: values now and before, and where they changed last."""

    def show(self, bench: Workbench, position: int, cluster: Cluster, event: Event | None) -> None:
        """Show them at a position, given the state and the event there."""
        if not bench.watches.all:
            self.show_lines(
                [
                    (Said("No watch yet. v sets one; x goes to the next change, X to the last.", "muted"),),
                    (),
                    *_examples(
                        ("n1.commit", "a field of a node"),
                        ("leader", "who leads the highest term"),
                        ("len(leaders)", "how many believe that they lead"),
                        ("[n.term for n in nodes]", "a list"),
                    ),
                ]
            )
            return
        before = bench.timeline.state(position - 1) if position >= 0 else cluster
        rows = watch_rows(bench, position, cluster, before, event)
        self.show_lines(
            [*rows, (), (Said("v adds · V: edit, delete, go to a change · x X next, last change", "muted"),)]
        )


class NotesPane(Pane):
    """Notes and bookmarks, and where they are kept."""

    def show(self, bench: Workbench, position: int) -> None:
        """Show them at a position."""
        notes = bench.notes
        rows = note_rows(bench, position)
        lines: list[Line] = [*rows] or [(Said("No note yet. a writes one at this event, k marks it.", "muted"),)]
        lines += [(), (Said("a writes · k bookmarks · . , next, last · A: go to, edit, delete", "muted"),)]
        if notes.problem:
            lines.append((Said(f"{notes.problem} (the file is kept)", "bad_text"),))
        kept = f"kept in {notes.where}" if notes.where is not None else "this run has no file: kept until you leave"
        lines.append((Said(kept, "muted"),))
        self.show_lines(lines)


def _examples(*pairs: tuple[str, str]) -> list[Line]:
    width = max(len(text) for text, _ in pairs)
    return [(Said(f"  {text:<{width}}  "), Said(words, "muted")) for text, words in pairs]
