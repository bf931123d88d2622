"""What a page needs to show each state of a range: a whole one each 256 events, and what each event changes between.

All that is Raft is computed here; the page puts a snapshot and some patches together and draws what they say. In a
state, `false` is what the source can't tell, `null` is nobody. Names are numbers of the list of nodes, entries numbers
of the list of entries, messages the positions that sent them.

A node: {"k": look, "w": word, "t": term, "v": vote, "l": leader, "c": commit index, "a": applied, "i": last index,
"s": snapshot index, "n": how many entries it holds, "g": the last of them}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core.log import UNKNOWN
from raftlab.core.model import CRASHED, REMOVED
from raftlab.view.looks import look_of, word_for
from raftlab.view.message_words import is_reply, message_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.core.events import MessageDuplicated, MessageSent
    from raftlab.core.log import Entry
    from raftlab.core.model import Cluster, Node

SNAPSHOT_EACH: Final = 256
SHOWN_ENTRIES: Final = 16
"""How many entries of each log a page shows, the newest."""

View = dict[str, Any]


class Frames:
    """States as data, one event after another.

    `names`, `entries` and `messages` are the tables that the numbers in a state refer to; they grow with the states.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = {name: number for number, name in enumerate(names)}
        self.entries: dict[Entry, int] = {}
        self.messages: dict[int, list[Any]] = {}
        self.snapshots: list[View] = []
        self.patches: list[View] = []
        self._now: View = {}

    def begin(self, cluster: Cluster) -> None:
        """The state before the first event."""
        self._now = self._view(cluster)
        self.snapshots.append(self._whole())

    def take(self, cluster: Cluster) -> None:
        """The state after the next event."""
        then, self._now = self._now, self._view(cluster)
        self.patches.append(_difference(then, self._now))
        if len(self.patches) % SNAPSHOT_EACH == 0:
            self.snapshots.append(self._whole())

    def _whole(self) -> View:
        return {key: value for key, value in self._now.items() if value not in ({}, [])}

    def _view(self, cluster: Cluster) -> View:
        cut = [
            [self.name(source), self.name(target)]
            for source, ways in cluster.links.items()
            for target, link in ways.items()
            if link.cut
        ]
        for position, sent in cluster.flights.items():
            if position not in self.messages:
                self.messages[position] = self._message(sent)
        nodes = {str(self.name(name)): self._node(cluster, node) for name, node in cluster.nodes.items()}
        return {"nodes": nodes, "cut": cut, "flights": list(cluster.flights)}

    def _message(self, sent: MessageSent | MessageDuplicated) -> list[Any]:
        """From, to, its label, whether it is an answer."""
        message = sent.message
        return [self.name(str(sent.node)), self.name(sent.to), message_label(message), int(is_reply(message))]

    def _node(self, cluster: Cluster, node: Node) -> View:
        log = node.log
        running = node.status not in (CRASHED, REMOVED)  # who isn't keeps its term, vote and log, and knows no more
        entries = log.tail(SHOWN_ENTRIES)
        return {
            "k": look_of(cluster, node).value,
            "w": word_for(cluster, node),
            "t": _told(node.current_term),
            "v": self._person(node.voted_for),
            "l": self._person(node.leader) if running else False,
            "c": _told(node.commit_index) if running else False,
            "a": _told(node.last_applied) if running else False,
            "i": _told(log.last_index),
            "s": log.snapshot_index,
            "n": len(log),
            "g": [self.entries.setdefault(entry, len(self.entries)) for entry in entries],
        }

    def name(self, name: str) -> int:
        """A node's number; one that nobody has named yet gets the next."""
        return self.names.setdefault(name, len(self.names))

    def _person(self, name: Any) -> Any:
        return False if name is UNKNOWN else None if name is None else self.name(name)


def _told(value: Any) -> Any:
    return False if value is UNKNOWN else value


def _difference(then: View, now: View) -> View:
    """What changes: for nodes only the fields that differ (null: it is gone), for lists what comes and goes."""
    found: View = {}
    nodes: dict[str, View | None] = {}
    for name in then["nodes"].keys() | now["nodes"].keys():
        old, new = then["nodes"].get(name, {}), now["nodes"].get(name)
        if new is None:
            nodes[name] = None
        elif changed := {it: value for it, value in new.items() if it not in old or not same(old[it], value)}:
            nodes[name] = changed
    if nodes:
        found["nodes"] = dict(sorted(nodes.items()))
    if then["cut"] != now["cut"]:
        found["cut"] = now["cut"]
    old_flights, new_flights = set(then["flights"]), set(now["flights"])
    if new_flights - old_flights:
        found["sent"] = sorted(new_flights - old_flights)
    if old_flights - new_flights:
        found["gone"] = sorted(old_flights - new_flights)
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two fields are equal; 0 and false are not, although Python thinks so."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
