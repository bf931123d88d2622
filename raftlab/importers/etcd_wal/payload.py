"""What a record of a WAL says, once it has been read: the payloads of its facts."""

from __future__ import annotations

from msgspec import Struct

from raftlab.core.model import Entry
from raftlab.importers.etcd_wal.proto import integer, integers, message, octets


class Membership(Struct, frozen=True):
    """Who belongs to the cluster, by id as printed (etcd's ConfState)."""

    voters: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    learners_next: tuple[str, ...] = ()
    auto_leave: bool = False

    @classmethod
    def parse(cls, data: bytes) -> Membership:
        """From the bytes of a ConfState.

        Raises:
            ValueError: this is none.
        """
        found = message(data)
        voters, learners, outgoing, following = (
            tuple(f"{identifier:x}" for identifier in integers(found, number)) for number in (1, 2, 3, 4)
        )
        return cls(voters, outgoing, learners, following, bool(integer(found, 5)))

    def changed(self, entry_type: int, data: bytes) -> Membership | None:
        """After a change of one member is applied; None: a joint change, which this doesn't work out.

        Raises:
            ValueError: this is no change of members.
        """
        found = message(data)
        if entry_type == 1:
            kind, identifier = integer(found, 2), integer(found, 3)
        else:
            changes = [message(each) for each in found.get(2, ()) if isinstance(each, bytes)]
            if len(changes) != 1 or integer(found, 1):
                return None
            kind, identifier = integer(changes[0], 1), integer(changes[0], 2)
        name = f"{identifier:x}"
        voters = tuple(each for each in self.voters if each != name)
        learners = tuple(each for each in self.learners if each != name)
        if kind == 0:
            return Membership((*voters, name), (), learners)
        if kind == 1:
            return Membership(voters, (), learners)
        if kind == 3:
            return Membership(voters, (), (*learners, name))
        return self


class State(Struct):
    """A term and the vote in it ("0": nobody; None: the WAL doesn't tell)."""

    term: int
    vote: str | None


class Opened(Struct):
    """A WAL begins: a member starts with nothing."""

    notes: tuple[str, ...] = ()


class HardState(Struct):
    """What raft keeps beside the log. `memberships` are those that count from this commit on, with their entries."""

    state: State
    commit: int
    memberships: tuple[tuple[int, Membership], ...] = ()
    notes: tuple[str, ...] = ()


class Stored(Struct):
    """An entry. `state`: the term (and vote) that must have been reached before, which the WAL writes after it.

    `after`: where the log ended before; None: that isn't known.
    """

    entry: Entry
    after: int | None
    state: State | None = None
    notes: tuple[str, ...] = ()


class SnapshotMark(Struct):
    """A snapshot that the member took of its own state, or (`installed`) one that its leader sent."""

    index: int
    term: int
    installed: bool
    membership: Membership | None = None
    notes: tuple[str, ...] = ()


Payload = Opened | HardState | Stored | SnapshotMark


class EntryRecord(Struct):
    """An entry as it stands in a WAL."""

    type: int
    term: int
    index: int
    data: bytes

    @classmethod
    def parse(cls, data: bytes) -> EntryRecord:
        """From its bytes.

        Raises:
            ValueError: this is none.
        """
        found = message(data)
        return cls(integer(found, 1), integer(found, 2), integer(found, 3), octets(found, 4))
