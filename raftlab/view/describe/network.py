"""Messages, links and timers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core import events as e
from raftlab.core.times import format_span
from raftlab.view.message_words import message_name, message_noun

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, LinkModel
    from raftlab.view.describe.phrases import Words

_FATES: Final = {"lose": " (it will be lost on the way)", "cut": " (the link is cut: it won't arrive)"}


def _sent(event: e.MessageSent, cluster: Cluster | None) -> str:
    name = message_name(event.message)
    head, colon, rest = name.partition(": ")
    fate = _FATES.get(event.fate, "")
    if head in ("ok", "no"):
        return f"{event.node} answers {event.to}: {head}{f', {rest}' if rest else ''}{fate}"
    return f"{event.node} sends {head} to {event.to}{colon}{rest}{fate}"


def _doubled(event: e.MessageDuplicated, cluster: Cluster | None) -> str:
    return f"The network doubles a message from {event.node} to {event.to}: {message_noun(event.message)}"


def _received(event: e.MessageReceived, cluster: Cluster | None) -> str:
    return f"{event.node} receives from {event.sender}: {message_noun(event.message)}"


_DEATHS: Final = {
    "lose": "is lost on the way",
    "cut": "is lost: the link is cut",
    "down": "is lost: nobody is there to receive it",
    "command": "is taken away",
    "unseen": "may have arrived or not: no line tells",
}


def _dropped(event: e.MessageDropped, cluster: Cluster | None) -> str:
    return f"A message from {event.sender} to {event.node} {_DEATHS.get(event.reason, 'is lost')}"


def _link(event: e.LinkChanged, cluster: Cluster | None) -> str:
    link = f"The link from {event.source} to {event.target}"
    if event.cut:
        return f"{link} is cut"
    if event.model is None:
        return f"{link} is whole"
    return f"{link} is whole, and behaves in another way: {link_text(event.model)}"


_SPREADS: Final = {
    "uniform": "up to {} more",
    "exponential": "{} more on average",
    "normal": "{} more or less",
    "pareto": "{} more, now and then much more",
}


def link_text(model: LinkModel) -> str:
    """How one direction of a link behaves."""
    parts = [f"{format_span(model.latency_us)}"]
    if model.jitter_us:
        spread = _SPREADS.get(model.distribution, "up to {} more").format(format_span(model.jitter_us))
        parts[0] += f" and {spread}"
    for part_ppm, word in ((model.loss_ppm, "loses"), (model.duplicate_ppm, "doubles")):
        if part_ppm:
            parts.append(f"{word} {part_ppm / 10_000:g} % of messages")
    if model.reorder:
        parts.append("may change the order")
    if model.bandwidth:
        parts.append(f"carries {model.bandwidth:,} bytes a second")
    return ", ".join(parts)


def _timer_set(event: e.TimerSet, cluster: Cluster | None) -> str:
    drawn = ", drawn at random" if event.drawn else ""
    span = format_span(max(0, event.due_us - event.at_us))
    return f"{event.node} sets its {event.timer} timer to {span}{drawn}"


def _timer_fired(event: e.TimerFired, cluster: Cluster | None) -> str:
    return f"The {event.timer} timer of {event.node} runs out"


def _timer_cancelled(event: e.TimerCancelled, cluster: Cluster | None) -> str:
    return f"{event.node} stops its {event.timer} timer"


WORDS: Words = {
    e.MessageSent: _sent, e.MessageDuplicated: _doubled, e.MessageReceived: _received, e.MessageDropped: _dropped,
    e.LinkChanged: _link, e.TimerSet: _timer_set, e.TimerFired: _timer_fired, e.TimerCancelled: _timer_cancelled,
}  # fmt: skip
"""By kind of event."""
