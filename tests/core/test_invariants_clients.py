"""What clients see: Linearizable Read, At Most Once."""

from __future__ import annotations

from raftlab.core.events import ClientAnswered, ClientAsked, EntryAppended, Event, ReadAnswered
from raftlab.core.history import NOTHING, LeaseChange, Result
from raftlab.core.invariants.machines import MOST_REQUESTS
from raftlab.core.invariants.reads import MOST_READS
from raftlab.core.model import Entry
from tests.core.invariant_histories import IMPORTED, appends, applies, applies_all, broken, check, crashes, put

WRITTEN = [appends("n1", 1, 1, "x=1"), appends("n1", 2, 1, "x=2"), applies_all("n1", 1, put(2), put(3))]


def asks(sequence: int = 1, client: str = "r", reads: str | None = "linearizable") -> Event:
    return ClientAsked(0, None, None, None, client, sequence, "x", reads=reads)


def reads(revision: int, sequence: int = 1, client: str = "r", consistency: str = "linearizable") -> Event:
    return ReadAnswered(0, "n1", None, None, "c", "x", "1", client, sequence, consistency, revision)


def writes(index: int, outcome: str = "ok") -> Event:
    """A client hears that its write is done."""
    return ClientAnswered(0, "n1", None, None, "w", 1, outcome, index)


def test_linearizable_read_sees_what_a_write_was_told() -> None:
    assert broken(*WRITTEN, writes(2), asks(), reads(3)) == []
    assert broken(*WRITTEN, writes(2), asks(), reads(2)) == ["Linearizable Read"]
    assert broken(*WRITTEN, writes(1), asks(), reads(2)) == []
    # Who asks before the write is answered may see either.
    assert broken(*WRITTEN, asks(), writes(2), reads(2)) == []
    assert broken(*WRITTEN, writes(2, "unknown"), asks(), reads(2)) == []
    found = check(*WRITTEN, writes(2), asks(), reads(2))[0]
    assert found.text.startswith("n1 answers a read of 'x' from revision 2 of its store, and a client knew of revision")


def test_linearizable_read_sees_what_another_read_has_seen() -> None:
    assert broken(asks(1), reads(3, 1), asks(2), reads(2, 2)) == ["Linearizable Read"]
    assert broken(asks(1), asks(2), reads(3, 1), reads(2, 2)) == []
    assert broken(asks(1), reads(3, 1), asks(2), reads(3, 2)) == []


def test_linearizable_read_lets_serializable_ones_be_old() -> None:
    old = reads(2, consistency="serializable")

    assert broken(*WRITTEN, writes(2), asks(reads="serializable"), old) == []
    assert broken(asks(1, reads="serializable"), reads(3, 1, consistency="serializable"), asks(2), reads(2, 2)) == []


def test_linearizable_read_that_is_asked_again_is_as_old_as_its_first_asking() -> None:
    assert broken(*WRITTEN, asks(), writes(2), asks(), reads(2)) == []
    assert broken(*WRITTEN, writes(2), asks(), asks(2), reads(2)) == ["Linearizable Read"]


def test_linearizable_read_remembers_many() -> None:
    many = [asks(number) for number in range(2, MOST_READS + 2)]

    assert broken(*WRITTEN, writes(2), *many, asks(1), reads(2)) == ["Linearizable Read"]
    assert broken(*WRITTEN, writes(2), *many, reads(2, MOST_READS + 1)) == ["Linearizable Read"]


def requests(node: str, *entries: tuple[int, str, int]) -> list[Event]:
    """Commands of clients, as (index, client, sequence)."""
    return [
        EntryAppended(0, node, None, None, Entry(index, 1, "normal", "x+1", client, sequence))
        for index, client, sequence in entries
    ]


def test_at_most_once() -> None:
    twice = requests("n1", (1, "c", 1), (2, "c", 1))
    told_apart = requests("n1", (1, "c", 1), (2, "c", 2), (3, "d", 1))
    repeated = Result("repeated", "1", (), 2)

    assert broken(*twice, applies("n1", 1, put(2)), applies("n1", 2, put(3))) == ["At Most Once"]
    assert broken(*twice, applies_all("n1", 1, put(2), put(3))) == ["At Most Once"]
    assert broken(*twice, applies("n1", 1, put(2)), applies("n1", 2, repeated)) == []
    assert broken(*told_apart, applies_all("n1", 1, put(2), put(3), put(4))) == []
    found = check(*twice, applies_all("n1", 1, put(2), put(3)))[0]
    assert found.text == "n1 carries out request 1 of c at index 2, and it took effect at index 1 already"


def test_at_most_once_counts_effects_of_any_kind() -> None:
    twice = requests("n1", (1, "c", 1), (2, "c", 1))
    lease = Result("ok", lease=LeaseChange("l", 1))
    nothing = Result("ok", "1")

    assert broken(*twice, applies_all("n1", 1, lease, lease)) == ["At Most Once"]
    assert broken(*twice, applies_all("n1", 1, nothing, nothing)) == []
    assert broken(*twice, applies_all("n1", 1, Result("error", "no"), put(2))) == []


def test_at_most_once_leaves_clients_without_a_session_alone() -> None:
    nobody = [appends("n1", 1, 1, "x+1"), appends("n1", 2, 1, "x+1")]

    assert broken(*nobody, applies_all("n1", 1, put(2), put(3))) == []
    assert broken(requests("n1", (1, "c", 0), (2, "c", 0)), applies_all("n1", 1, put(2), put(3))) == []


def test_at_most_once_lets_every_server_do_the_same() -> None:
    both = [*requests("n1", (1, "c", 1)), *requests("n2", (1, "c", 1))]

    assert broken(*both, applies("n1", 1, put(2)), applies("n2", 1, put(2))) == []


def test_at_most_once_remembers_many() -> None:
    count = MOST_REQUESTS + 1
    many = [(index, "c", index) for index in range(1, count + 1)]
    results = [put(index + 1) for index in range(1, count + 2)]

    assert broken(requests("n1", *many, (count + 1, "c", count)), applies_all("n1", 1, *results)) == ["At Most Once"]
    assert broken(requests("n1", *many, (count + 1, "c", count + 1)), applies_all("n1", 1, *results)) == []


def test_at_most_once_a_server_applies_an_entry() -> None:
    entries = [appends("n1", 1, 1, "x=1"), appends("n1", 2, 1, "x=2")]

    assert broken(*entries, applies("n1", 1, put(2)), applies("n1", 1, put(2))) == ["At Most Once"]
    assert broken(*entries, applies("n1", 1, put(2)), applies_all("n1", 1, put(2), put(3))) == ["At Most Once"]
    assert broken(*entries, applies("n1", 1, put(2)), crashes("n1"), applies("n1", 1, put(2))) == []
    assert broken(IMPORTED, *entries, applies("n1", 1), applies("n1", 1)) == []
    assert broken(*entries, applies_all("n1", 1, NOTHING, put(2))) == []
