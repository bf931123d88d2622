"""A range as one JSON document: the state before it, its events, and the invariants that broke in it.

The documents of a state and of an event are the command line's, and are handed in; so the file says the same as
`raftlab state` and `raftlab events` do. It is written as it comes, one event a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from raftlab.view.modified import variants_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from raftlab.core.invariants import Broken
    from raftlab.exports.range import Range
    from raftlab.trace import Timeline


def json_pieces(
    timeline: Timeline,
    asked: Range,
    state: dict[str, Any],
    event: Callable[[int], dict[str, Any]],
    broken: Sequence[Broken],
) -> Iterator[str]:
    """The document in pieces: {"source", "unit", "modified", "from", "to", "state", "broken_invariants", "events"}.

    Args:
        state: the state before the first event, as a document.
        event: makes the document of the event at a position.
        broken: what is known to be broken, wherever.
    """
    header = timeline.header
    head = {
        "source": header.source,
        "unit": header.unit,
        "modified": list(variants_of(timeline)),
        "from": asked.start,
        "to": asked.stop - 1,
        "state": state,
        "broken_invariants": [
            {"invariant": it.invariant, "event": it.position, "text": it.text}
            for it in broken
            if asked.start <= it.position < asked.stop
        ],
    }
    yield msgspec.json.encode(head).decode().removesuffix("}") + ',"events":[\n'
    for position in range(asked.start, asked.stop):
        ending = ",\n" if position < asked.stop - 1 else "\n"
        yield msgspec.json.encode(event(position)).decode() + ending
    yield "]}\n"
