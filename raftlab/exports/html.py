"""A range as one HTML page that steps in any browser: no network, no fonts of its own, no Raft in it.

The page is put together from the files in `page/` and one JSON document: events in words, states as snapshots and
patches (see `frames`), the colours of the palette. Positions in it are those of the trace.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from raftlab.core import events as e
from raftlab.core.model import LEADER
from raftlab.exports.frames import SNAPSHOT_EACH, Frames
from raftlab.view.describe import describe, section
from raftlab.view.importance import TURN, importance
from raftlab.view.layout import ring_positions
from raftlab.view.looks import GLYPHS
from raftlab.view.message_words import entry_text, entry_words, is_reply, message_label
from raftlab.view.modified import modified_label, variants_of
from raftlab.view.palette import DARK, LIGHT, Theme, term_colour, term_pattern, text_on
from raftlab.view.rule_words import mark_section, rule_of
from raftlab.view.stations import stations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from raftlab.core.invariants import Broken
    from raftlab.exports.range import Range
    from raftlab.trace import Timeline

_PAGE: Final = Path(__file__).parent / "page"
_SCRIPTS: Final = ("state.js", "shapes.js", "cluster.js", "logs.js", "events.js", "tape.js", "main.js")
_MARKS: Final[dict[type[e.Event], str]] = {
    e.BecameCandidate: "election", e.NodeCrashed: "crash", e.NodeRestarted: "restart", e.NodePaused: "pause",
    e.InvariantBroken: "broken", e.CommandGiven: "command", e.TransferStarted: "transfer",
    e.SnapshotInstalled: "snapshot",
}  # fmt: skip


def page(timeline: Timeline, asked: Range, broken: Sequence[Broken], when: Callable[[int], str]) -> str:
    """The page, as text.

    Args:
        broken: the invariants that are known to be broken in the range or before it.
        when: a time of the timeline in words.
    """
    story = _Story(timeline, asked, broken, when)
    document = story.document()
    # "</script>" inside a string would end the element that holds the document.
    data = msgspec.json.encode(document).decode().replace("</", "<\\/").replace("<!--", "<\\u0021--")
    script = "\n".join((_PAGE / name).read_text("utf-8") for name in _SCRIPTS)
    parts = {
        "TITLE": escape(f"{document['title']} · raftlab"),
        "COLOURS": _colours(),
        "STYLE": (_PAGE / "page.css").read_text("utf-8"),
        "DATA": data,
        "SCRIPT": f'"use strict";\n(() => {{\n{script}\n}})();',
    }
    text = (_PAGE / "page.html").read_text("utf-8")
    before, *rest = text.split("@@")
    pieces = [before]
    for piece in rest:  # each begins with the name of what belongs there, and a second mark
        name, _, after = piece.partition("@")
        pieces += [parts[name], after]
    return "".join(pieces)


def _colours() -> str:
    """The palette as custom properties: light, and dark where the reader prefers it."""
    return (
        f":root {{ color-scheme: light dark; {_theme(LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_theme(DARK)} }} }}"
    )


def _theme(theme: Theme) -> str:
    names = ("ground", "panel", "ink", "muted", "line", "track", "gold", "gold_text", "bad", "bad_text")
    return " ".join(f"--{name.replace('_', '-')}: {getattr(theme, name)};" for name in names)


class _Story:
    """A range, on its way to being data."""

    def __init__(self, timeline: Timeline, asked: Range, broken: Sequence[Broken], when: Callable[[int], str]) -> None:
        self._timeline, self._asked, self._when = timeline, asked, when
        self._broken = {it.position: f"{it.invariant} is broken: {it.text}" for it in broken}
        self._cluster = timeline.state(asked.start - 1)
        self._frames = Frames(stations(self._cluster, timeline.header.nodes))
        self._kinds: dict[str, int] = {}
        self._rules: dict[tuple[str, str, str], int] = {}
        self._rows: list[list[Any]] = []
        self._turns: list[int] = []
        self._marks: list[list[Any]] = []
        self._led: list[list[Any]] = []

    def document(self) -> dict[str, Any]:
        """All that the page knows."""
        timeline, asked, frames = self._timeline, self._asked, self._frames
        frames.begin(self._cluster)
        for position, event in enumerate(timeline.events(asked.start, asked.stop), asked.start):
            self._cluster.fold((event,))
            frames.take(self._cluster)
            self._take(position, event)
        return {
            "title": timeline.header.scenario or timeline.header.source,
            "source": timeline.header.source,
            "modified": modified_label(variants_of(timeline, self._cluster)),
            "knows": list(timeline.header.knows),
            "first": asked.start,
            "nodes": list(frames.names),
            "places": ring_positions(len(frames.names)) if frames.names else [],
            "glyphs": {look.value: glyph for look, glyph in GLYPHS.items()},
            "terms": {term: _term_look(term) for term in sorted(self._terms())},
            "kinds": list(self._kinds),
            "rules": list(self._rules),
            "events": self._rows,
            "each": SNAPSHOT_EACH,
            "snapshots": frames.snapshots,
            "patches": frames.patches,
            "entries": [[it.index, it.term, it.kind, entry_text(it), entry_words(it)] for it in frames.entries],
            "messages": frames.messages,
            "turns": self._turns,
            "marks": self._marks,
            "led": self._led,
            "broken": sorted(self._broken.items()),
        }

    def _take(self, position: int, event: e.Event) -> None:
        cluster = self._cluster
        sentence = describe(event)
        node = -1 if event.node is None else self._frames.name(event.node)
        kind = self._kinds.setdefault(type(event).__name__, len(self._kinds))
        row: list[Any] = [self._when(event.at_us), node, kind, sentence, self._rule(event), importance(event)]
        more = self._more(position, event)
        self._rows.append([*row, more] if more else row)
        if position in self._broken or self._is_turn(event):
            self._turns.append(position)
        mark = "broken" if position in self._broken else _MARKS.get(type(event))
        if mark is not None:
            self._marks.append([position, mark, self._broken.get(position, sentence)])
        leader = cluster.leader()
        led = [] if leader is None else [leader.current_term, self._frames.name(leader.name)]
        if not self._led or self._led[-1][1:] != led:
            self._led.append([position, *led])

    def _is_turn(self, event: e.Event) -> bool:
        """A leader's commit and its configuration are turns; that followers hear of them isn't."""
        if isinstance(event, e.CommitAdvanced | e.ConfigChanged):
            return self._cluster.node(str(event.node)).role is LEADER
        return importance(event) >= TURN

    def _rule(self, event: e.Event) -> int:
        rule = rule_of(event)
        found = ("", section(event), "") if rule is None else (rule.id, mark_section(rule.section), rule.sentence)
        return -1 if not any(found) else self._rules.setdefault(found, len(self._rules))

    def _more(self, position: int, event: e.Event) -> dict[str, Any]:
        """Where it came from, what led to it, which message it is about."""
        found: dict[str, Any] = {}
        origin = self._timeline.origin(position)
        if origin is not None:
            found["origin"] = f"{origin.file}:{origin.line}"
        if event.cause is not None:
            found["cause"] = event.cause
        arrow = self._arrow(event)
        if arrow is not None:
            found["arrow"] = arrow
        return found

    def _arrow(self, event: e.Event) -> list[Any] | None:
        """From, to, its label, whether it is an answer, and what becomes of it: "sent", "received", "dropped"."""
        if isinstance(event, e.MessageSent | e.MessageDuplicated):
            source, target, message, fate = event.node, event.to, event.message, "sent"
        elif isinstance(event, e.MessageReceived | e.MessageDropped):
            sent = None if event.cause is None else self._timeline.event(event.cause)
            message = getattr(event, "message", None) or getattr(sent, "message", None)  # type: ignore[assignment]
            fate = "received" if isinstance(event, e.MessageReceived) else "dropped"
            source, target = event.sender, str(event.node)
        else:
            return None
        ends = [self._frames.name(str(source)), self._frames.name(target)]
        return [*ends, message_label(message), int(is_reply(message)), fate]

    def _terms(self) -> set[int]:
        """Every term that a state, an entry or a leader names."""
        terms = {entry.term for entry in self._frames.entries} | {led[1] for led in self._led if len(led) > 1}
        for view in (*self._frames.snapshots, *self._frames.patches):
            terms |= {
                node["t"] for node in view.get("nodes", {}).values() if node and node.get("t", False) is not False
            }
        return {term for term in terms if isinstance(term, int)}


def _term_look(term: int) -> list[str]:
    colour = term_colour(term)
    return [colour, text_on(colour), term_pattern(term)]
