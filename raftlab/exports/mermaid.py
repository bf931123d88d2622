"""A range as a Mermaid sequence diagram: who said what to whom, with notes where the story turns.

An arrow stands where its message arrives or dies. Heartbeats and their answers are left out, since they would hide all
else, and counted in a note. Participants are p0, p1 ...: a node may be called "end", which Mermaid reserves; what else
its grammar takes for its own (; # < >) is written as an entity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.errors import RaftlabError
from raftlab.exports.range import Range, narrower
from raftlab.view.describe import describe
from raftlab.view.importance import TURN, importance
from raftlab.view.message_words import is_heartbeat, is_reply, message_label
from raftlab.view.modified import modified_label, variants_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.trace import Timeline

MOST_CHARACTERS: Final = 50_000
"""What Mermaid draws unless it is told otherwise (its maxTextSize)."""

_ENTITIES: Final = str.maketrans(
    {";": "#59;", "#": "#35;", "<": "#lt;", ">": "#gt;", "%": "#37;", "\n": " ", "\r": " ", '"': "#quot;"}
)
_NOTED: Final = (e.VoteRefused, e.LogTruncated, e.InvariantBroken, e.SnapshotInstalled)
_UNSEEN: Final = "not seen to arrive"
_FATES: Final = {"lose": "lost", "cut": "no link", "down": "nobody there", "command": "taken away", "unseen": _UNSEEN}


def mermaid(timeline: Timeline, asked: Range) -> str:
    """The diagram of a range.

    Raises:
        RaftlabError: it would be longer than Mermaid draws.
    """
    diagram = _Diagram(timeline, asked)
    for position, event in enumerate(timeline.events(asked.start, asked.stop), asked.start):
        diagram.take(position, event)
    text = diagram.text()
    if len(text) > MOST_CHARACTERS:
        most = max(1, len(asked) * MOST_CHARACTERS // len(text) * 9 // 10)
        raise RaftlabError(
            f"the diagram of {len(asked):,} events has {len(text):,} characters, and Mermaid draws "
            f"{MOST_CHARACTERS:,}; {narrower(asked, most)}"
        )
    return text


def escaped(text: str) -> str:
    """A text that Mermaid shows as it is."""
    return text.translate(_ENTITIES)


class _Diagram:
    """The lines of a diagram, as they come."""

    def __init__(self, timeline: Timeline, asked: Range) -> None:
        self._timeline = timeline
        self._people = {name: f"p{number}" for number, name in enumerate(_participants(timeline, asked))}
        self._lines: list[str] = []
        self._under_way: dict[int, e.MessageSent | e.MessageDuplicated] = {}
        self._hidden = 0

    def take(self, position: int, event: e.Event) -> None:
        """Draw an event, if there is anything of it to see."""
        if isinstance(event, e.MessageSent | e.MessageDuplicated):
            self._under_way[position] = event
        elif isinstance(event, e.MessageReceived):
            self._arrow(event.sender, event.node, event.message or self._carried(event), event.cause, "")
        elif isinstance(event, e.MessageDropped):
            self._arrow(event.sender, event.node, self._carried(event), event.cause, _FATES[event.reason])
        elif importance(event) >= TURN or isinstance(event, _NOTED):
            self._note(event.node, describe(event).removesuffix("."))

    def _carried(self, event: e.MessageReceived | e.MessageDropped) -> m.AnyMessage | None:
        """What a message was, as its sending tells."""
        sent = None if event.cause is None else self._timeline.event(event.cause)
        return sent.message if isinstance(sent, e.MessageSent | e.MessageDuplicated) else None

    def _arrow(
        self, source: str, target: str | None, message: m.AnyMessage | None, sent: int | None, fate: str
    ) -> None:
        if sent is not None:
            self._under_way.pop(sent, None)
        if self._is_chatter(message, sent):
            self._hidden += 1
            return
        end = ")" if fate == _UNSEEN else "x" if fate else ">>"
        line = ("--" if is_reply(message) else "-") + end
        label = escaped(message_label(message)) + (f" ({fate})" if fate else "")
        self._lines.append(f"{self._people[source]}{line}{self._people[str(target)]}: {label}")

    def _is_chatter(self, message: m.AnyMessage | None, sent: int | None) -> bool:
        """A heartbeat, or the answer to one. An answer names its heartbeat through what led to it."""
        if is_heartbeat(message) or isinstance(message, m.HeartbeatReply):
            return True
        if sent is None or not isinstance(message, m.AppendEntriesReply) or not message.success:
            return False
        cause = self._timeline.event(sent).cause
        while cause is not None:
            led = self._timeline.event(cause)
            if isinstance(led, e.MessageReceived):
                return is_heartbeat(led.message)
            cause = led.cause
        return False

    def _note(self, node: str | None, text: str) -> None:
        over = self._people.get(node or "") or self._everybody()
        self._lines.append(f"Note over {over}: {escaped(text)}")

    def _everybody(self) -> str:
        names = list(self._people.values())
        return names[0] if len(names) == 1 else f"{names[0]},{names[-1]}"

    def text(self) -> str:
        """The whole diagram."""
        lines = ["sequenceDiagram", *(f"participant {it} as {escaped(name)}" for name, it in self._people.items())]
        label = modified_label(variants_of(self._timeline))
        if label:
            lines.append(f"Note over {self._everybody()}: {escaped(label)}")
        lines += self._lines
        for sent in self._under_way.values():
            if not is_heartbeat(sent.message):
                label = f"{escaped(message_label(sent.message))} (under way)"
                lines.append(f"{self._people[str(sent.node)]}-){self._people[sent.to]}: {label}")
        if self._hidden:
            lines.append(f"Note over {self._everybody()}: {self._hidden} heartbeats and answers to them aren't drawn")
        return "\n".join([lines[0], *(f"    {line}" for line in lines[1:])]) + "\n"


def _participants(timeline: Timeline, asked: Range) -> list[str]:
    """Everybody who does something or is sent something, in the header's order; all of the header, if nobody does."""
    seen = dict.fromkeys(_named(timeline.events(asked.start, asked.stop)))
    ordered = [name for name in timeline.header.nodes if name in seen]
    return [*ordered, *(name for name in seen if name not in ordered)] or list(timeline.header.nodes) or ["cluster"]


def _named(events: Iterable[e.Event]) -> Iterable[str]:
    for event in events:
        names = (event.node, getattr(event, "to", None), getattr(event, "sender", None))
        yield from (name for name in names if name is not None)
