"""A transcript being told: events as they grow, the state that they make, the messages that are under way.

What is known of a node is the fold of the events told so far, as everywhere: a line that says what is known already
becomes no event. A transcript has no clock; an event's time is its position.

What happens while a script keeps etcd quiet can't be told. Then the nodes concerned become unknown (`forget`) until a
line shows them again (`observe`). This could be better: what a leader believes of its peers has no "unknown" in the
model, so the last belief stays in sight until the next one is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from raftlab.core.events import (
    ClusterCreated,
    ConfigChanged,
    EntryAppended,
    Event,
    LogTruncated,
    MessageDropped,
    MessageReceived,
    MessageSent,
    NodeObserved,
    PeerForgotten,
    SnapshotTaken,
    TermAdvanced,
)
from raftlab.core.model import UNKNOWN, Cluster, Config, Node
from raftlab.core.origin import Origin
from raftlab.importers.etcd_script.account import REPEATS, Account
from raftlab.importers.etcd_script.translation import message_of
from raftlab.importers.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.importers.etcd_script.printed import PrintedEntry, PrintedMessage

_ATTRIBUTES: Final = {
    "role": "role",
    "term": "current_term",
    "vote": "voted_for",
    "leader": "leader",
    "commit": "commit_index",
    "applied": "last_applied",
    "config": "config",
}

ELECTION: Final = ("role", "term", "vote", "leader")
COMMIT: Final = ("commit", "applied")
LOG: Final = ("last_index",)
CONFIG: Final = ("config",)


class Member(Struct):
    """What is remembered of a node beside its state.

    `trigger` is the position of the event to which the next ones are due, `heard` the message that it handles just now.
    `owed` holds what still is to be answered: (type of the answer, to whom) -> positions; `promised` what is answered
    by messages that its append thread will send. `carried` says which receipt brought an entry, `appended` which event
    stored it, by (index, term); `asked` the proposals that aren't in the log yet, with their positions. `refused` are
    refusals that were told before their message, `work` how many tasks its append thread has, `followed` the peers
    whose progress can be told from messages (True) or once the next one is sent (False). `floor` is the highest index
    that was known to be committed.
    """

    asynchronous: bool = False
    trigger: int | None = None
    heard: PrintedMessage | None = None
    owed: dict[tuple[str, str], list[int]] = {}
    promised: dict[tuple[object, ...], list[int | None]] = {}
    carried: dict[tuple[int, int], int] = {}
    appended: dict[tuple[int, int], int] = {}
    asked: list[tuple[str, int]] = []
    refused: dict[tuple[str, int], int] = {}
    work: int = 0
    leads: bool = False
    followed: dict[str, bool] = {}
    floor: int = 0


class Telling:
    """The telling of one transcript."""

    def __init__(self, file: str, account: Account) -> None:
        self.file, self.account = file, account
        self.events: list[Event] = [ClusterCreated(0, None, None, None)]
        self.origins: list[Origin | None] = [None]
        self.cluster = Cluster.empty()
        self.cluster.fold(self.events)
        self.members: dict[str, Member] = {}
        self.network: list[tuple[PrintedMessage, int]] = []
        self.ticking = False
        self._origin: Origin | None = None

    def turn_to(self, line: int, otherwise: str = REPEATS) -> None:
        """What follows is said by this line; `otherwise`: the reason if nothing does."""
        self._origin = Origin(self.file, line)
        self.account.say(line, otherwise)

    def emit(self, name: str, kind: type[Event], cause: int | None = None, **fields: Any) -> int:
        """Let an event happen to a node; its position comes back."""
        clean = {field: printable(value) for field, value in fields.items()}
        event = kind(len(self.events), printable(name), cause, None, **clean)
        self.events.append(event)
        self.origins.append(self._origin)
        self.cluster.fold([event])
        return len(self.events) - 1

    def node(self, name: str) -> Node:
        """What is known of a node."""
        return self.cluster.nodes.get(name) or Node.unseen(name)

    def member(self, name: str) -> Member:
        """What is remembered of a node."""
        return self.members.setdefault(name, Member())

    # --- what is known ----------------------------------------------------------------------------------------

    def observe(self, name: str, **fields: Any) -> None:
        """A node is seen as these fields say (role, term, vote, leader, commit, applied, config)."""
        node = self.node(name)
        news = {field: value for field, value in fields.items() if getattr(node, _ATTRIBUTES[field]) != value}
        if news:
            self.emit(name, NodeObserved, **news)

    def observe_end(self, name: str, last_index: int, last_term: int = UNKNOWN) -> None:
        """A node's log is seen to end here, if its end isn't known."""
        if self.node(name).log.last_index is UNKNOWN:
            self.emit(name, NodeObserved, last_index=last_index, last_term=last_term)

    def forget(self, name: str, fields: Sequence[str]) -> None:
        """These fields of a node may have changed unseen. What was committed stays in its log."""
        node, member = self.node(name), self.member(name)
        if node.commit_index is not UNKNOWN:
            member.floor = max(member.floor, node.commit_index)
        known = [field for field in fields if field in _ATTRIBUTES and getattr(node, _ATTRIBUTES[field]) is not UNKNOWN]
        end = {}
        if "last_index" in fields and node.log.last_index is not UNKNOWN:
            known.append("last_index")
            end = {"last_index": min(member.floor, node.log.last_index)}
        if known:
            self.emit(name, NodeObserved, unknown=tuple(known), **end)
        member.trigger = member.heard = None
        member.leads, member.followed, member.owed = False, {}, {}

    def advance(self, name: str, term: int) -> None:
        """A node's term is this one, and it wasn't before."""
        known = self.node(name).current_term
        if known is not UNKNOWN and term > known:
            self.emit(name, TermAdvanced, self.member(name).trigger, term=term)
        else:
            self.observe(name, term=term)

    def configure(self, name: str, config: Config) -> bool:
        """A node uses this configuration; whether that is news. A leader forgets whom it no longer sends to."""
        node = self.node(name)
        if node.config == config:
            return False
        position = self.emit(name, ConfigChanged, self.member(name).trigger, config=config)
        for peer in tuple(node.progress):
            if peer not in config.members():
                self.member(name).followed.pop(peer, None)
                self.emit(name, PeerForgotten, position, peer=peer)
        return True

    # --- logs -------------------------------------------------------------------------------------------------

    def append(self, name: str, printed: PrintedEntry) -> None:
        """An entry is in a node's log now; it isn't news, overwrites what stood there, or is put at the end."""
        member, log, entry = self.member(name), self.node(name).log, printed.entry()
        cause = self._cause_of_entry(member, printed)
        if log.entry(entry.index) == entry or entry.index <= log.snapshot_index:
            return
        if log.last_index is UNKNOWN or entry.index > log.last_index + 1:
            self.emit(name, NodeObserved, last_index=entry.index - 1)
        elif any(held.index >= entry.index for held in log.tail(1)):
            self.emit(name, LogTruncated, cause, from_index=entry.index, last_index=log.last_index)
        position = self.emit(name, EntryAppended, cause, entry=entry)
        member.appended[entry.index, entry.term] = position

    def _cause_of_entry(self, member: Member, printed: PrintedEntry) -> int | None:
        carried = member.carried.get((printed.index, printed.term))
        if carried is not None:
            return carried
        for number, (text, position) in enumerate(member.asked):
            if text == printed.text:
                del member.asked[: number + 1]
                return position
        return member.trigger

    def show_log(self, name: str, base: int, printed: Sequence[PrintedEntry]) -> None:
        """A node's whole log is printed, from the entry after `base` on: it is this one, whatever was known.

        What is printed is what is on disk. So a node whose append thread has work left may hold more, and other
        entries: then nothing is concluded.
        """
        log = self.node(name).log
        if self.member(name).work > 0 and log.last_index is not UNKNOWN:
            return
        if base > log.snapshot_index:
            self.emit(name, SnapshotTaken, index=base, term=log.term_at(base) or UNKNOWN)
        log = self.node(name).log
        common = base
        for one in printed:
            if log.entry(one.index) != one.entry():
                break
            common = one.index
        if log.last_index is UNKNOWN or log.last_index > common:
            self.emit(name, NodeObserved, last_index=common, last_term=_unless_none(log.term_at(common)))
        for one in printed:
            if one.index > common:
                self.turn_to(one.line)
                self.append(name, one)

    # --- messages ---------------------------------------------------------------------------------------------

    def send(self, message: PrintedMessage, cause: int | None) -> int:
        """A message is under way."""
        position = self.emit(message.sender, MessageSent, cause, to=message.to, message=message_of(message))
        self.network.append((message, position))
        return position

    def arrive(self, message: PrintedMessage) -> int:
        """A message arrives; the earliest that reads the same is the one that was sent."""
        sending = self._sending(message)
        if sending is not None:
            sent = self.events[sending]
            assert isinstance(sent, MessageSent)
            self.events[sending] = replace(sent, due_us=len(self.events))
        return self.emit(message.to, MessageReceived, sending, sender=message.sender, message=message_of(message))

    def drop(self, message: PrintedMessage) -> None:
        """A message is taken away."""
        sending = self._sending(message)
        self.emit(message.to, MessageDropped, sending, sender=message.sender, reason="command")

    def _sending(self, message: PrintedMessage) -> int | None:
        key = message.same_as()
        for number, (sent, position) in enumerate(self.network):
            if sent.same_as() == key:
                del self.network[number]
                return position
        return None


def _unless_none(term: int | None) -> int:
    return UNKNOWN if term is None else term
