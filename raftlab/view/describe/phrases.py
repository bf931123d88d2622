"""Parts of sentences that several kinds of event share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from raftlab.core.events import Event
from raftlab.core.log import UNKNOWN
from raftlab.core.times import format_span

if TYPE_CHECKING:
    from raftlab.core.machine import Result
    from raftlab.core.model import Cluster, Config, Node

Words: TypeAlias = dict[type[Event], Callable[[Any, "Cluster | None"], str]]
"""A kind of event, and what makes its sentence of it: the event, the state after it if that is at hand."""


def of_term(term: Any, word: str = "of") -> str:
    """ " of term 3", or nothing when the term isn't known."""
    return "" if term is UNKNOWN or term is None else f" {word} term {term}"


def capital(sentence: str, names: tuple[str, ...] = ()) -> str:
    """The sentence with a capital letter in front, unless it begins with a node's name."""
    return sentence if sentence.split(" ", 1)[0] in names else sentence[:1].upper() + sentence[1:]


def listed(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def config_text(config: Config) -> str:
    """A configuration in words; of a joint one, both halves."""
    text = ", ".join(config.voters) or "of nobody"
    if config.outgoing:
        text = f"{text} jointly with {', '.join(config.outgoing)}"
    parts = []
    if config.learners:
        parts.append(f"learners: {', '.join(config.learners)}")
    if config.learners_next:
        parts.append(f"learners then: {', '.join(config.learners_next)}")
    return f"{text} ({'; '.join(parts)})" if parts else text


def node_of(event: Event, cluster: Cluster | None) -> Node | None:
    """The event's node after it, if the state is at hand and knows it."""
    return None if cluster is None else cluster.nodes.get(event.node or "")


def client_name(client: str) -> str:
    """ "client c1"; whoever sits at the keys is "you"."""
    return "you" if client == "you" else f"client {client}"


def request_of(client: str, sequence: int) -> str:
    """ "request 3 of client c1"."""
    return f"request {sequence} {'of yours' if client == 'you' else f'of client {client}'}"


def read_name(context: str, node: str | None = None) -> str:
    """What our engine calls `c1/3@n2`: "read 3 of client c1", and where it was asked, if that isn't `node`.

    A foreign source's name for a read stays as it is.
    """
    client, _, rest = context.partition("/")
    sequence, _, name = rest.partition("@")
    if not (client and sequence.isdigit() and name):
        return f"the read {context}"
    at = "" if name == node else f" at {name}"
    return f"read {sequence} {'of yours' if client == 'you' else f'of client {client}'}{at}"


def change_text(key: str, value: str | None) -> str:
    """What has become of a key."""
    return f"{key} is deleted" if value is None else f"{key} is now {value}"


def result_text(result: Result) -> str:
    """What applying an entry came to; "" when nothing did."""
    if result.outcome == "repeated":
        return "its client has asked this before, so nothing changes"
    if result.outcome == "error":
        return f"it can't be done: {result.answer}"
    parts = [change_text(change.key, change.value) for change in result.changes]
    lease = result.lease
    if lease is not None:
        ends = lease.ttl_us is None
        parts.append(f"the lease {lease.lease} {'ends' if ends else f'begins, for {format_span(lease.ttl_us or 0)}'}")
    if result.compacted:
        parts.append(f"what stood before revision {result.compacted} is forgotten")
    if not parts and result.answer is not None:
        parts.append(f"the answer is {result.answer}")
    if result.outcome == "else":
        return f"its condition doesn't hold, so {listed(parts) if parts else 'nothing changes'}"
    return ", ".join(parts)
