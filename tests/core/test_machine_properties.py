"""The state machine against a naive one made of dicts, and views against a replay, on random commands with retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.core.log import Entry
from raftlab.core.machine import Look, Machine, Result

Store = dict[str, tuple[str, int, int, int, str | None]]


@dataclass
class Model:
    """A store without sharing and without parsing: every revision is a copy of all keys."""

    past: list[Store] = field(default_factory=lambda: [{}, {}])  # by revision; there is none of 0
    leases: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    compacted: int = 0

    @property
    def revision(self) -> int:
        return len(self.past) - 1

    def change(self, *changes: tuple[str, str | None, str | None]) -> None:
        revision, store = len(self.past), dict(self.past[-1])
        for key, value, lease in changes:
            old = store.pop(key, None)
            if value is not None:
                created, version = (old[1], old[3] + 1) if old else (revision, 1)
                store[key] = (value, created, revision, version, lease)
        self.past.append(store)

    def put(self, key: str, value: str, lease: str | None) -> tuple[str, str | None]:
        if lease is not None and lease not in self.leases:
            return "error", f"there is no lease {lease}"
        self.change((key, value, lease))
        return "ok", None

    def delete(self, key: str) -> tuple[str, str | None]:
        if key not in self.past[-1]:
            return "ok", "0"
        self.change((key, None, None))
        return "ok", "1"

    def get(self, key: str) -> tuple[str, str | None]:
        return "ok", self.past[-1][key][0] if key in self.past[-1] else None

    def add(self, key: str, amount: int) -> tuple[str, str | None]:
        value, *_, lease = self.past[-1].get(key, ("0", None))
        if value == "text":
            return "error", f"{key} holds no integer"
        total = str(int(value) + amount)
        self.change((key, total, lease))
        return "ok", total

    def swap(self, key: str, old: str, new: str) -> tuple[str, str | None]:
        if key in self.past[-1] and self.past[-1][key][0] == old:
            self.change((key, new, None), ("swapped", key, None))
            return "ok", None
        return "else", self.get(key)[1]

    def grant(self, lease: str) -> tuple[str, str | None]:
        if lease in self.leases:
            return "error", f"there is a lease {lease} already"
        self.leases[lease] = 5_000_000
        return "ok", None

    def revoke(self, lease: str) -> tuple[str, str | None]:
        if self.leases.pop(lease, None) is None:
            return "error", f"there is no lease {lease}"
        attached = [key for key, found in self.past[-1].items() if found[4] == lease]
        if attached:
            self.change(*((key, None, None) for key in attached))
        return "ok", str(len(attached))

    def compact(self, revision: int) -> tuple[str, str | None]:
        if revision > self.revision:
            return "error", f"revision {revision} is not yet; the store is at {self.revision}"
        if revision <= self.compacted:
            return "error", f"compacted up to {self.compacted} already"
        self.compacted = revision
        return "ok", None

    def request(self, deed: Deed, client: str | None, sequence: int) -> tuple[str, str | None]:
        if client is not None:
            last, stored = self.sessions.get(client, (0, None))
            if sequence <= last:
                return "repeated", stored if sequence == last else None
        outcome, answer = deed(self)
        if client is not None:
            self.sessions[client] = (sequence, answer)
        return outcome, answer


Deed = Callable[[Model], tuple[str, str | None]]
Command = tuple[str, Deed]
"""What stands in the entry, and the same for the model."""

keys = st.sampled_from(["a", "b", "c/1"])
values = st.sampled_from(["1", "2", "text"])
names = st.sampled_from(["L1", "L2"])
gap = st.sampled_from(["", " ", "  "])


def command(make: Callable[..., Command], *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Command]:
    return st.tuples(*parts).map(lambda drawn: make(*drawn))


commands = st.one_of(
    command(lambda k, v, g: (f"{g}{k}{g}={g}{v}{g}", lambda m: m.put(k, v, None)), keys, values, gap),
    command(lambda k, v, n: (f"{k}={v} @{n}", lambda m: m.put(k, v, n)), keys, values, names),
    command(lambda k: (f"del {k}", lambda m: m.delete(k)), keys),
    command(lambda k: (f"get {k}", lambda m: m.get(k)), keys),
    command(lambda k, n: (f"add {k} {n}", lambda m: m.add(k, n)), keys, st.integers(-3, 3)),
    command(
        lambda k, v, w, g: (
            f"if {k}{g}=={g}{v} then {k}={w}{g};{g}swapped={k} else get {k}",
            lambda m: m.swap(k, v, w),
        ),
        keys,
        values,
        values,
        gap,
    ),
    command(lambda n: (f"lease grant {n} 5s", lambda m: m.grant(n)), names),
    command(lambda n: (f"lease revoke {n}", lambda m: m.revoke(n)), names),
    command(lambda r: (f"compact {r}", lambda m: m.compact(r)), st.integers(1, 9)),
    st.just(("free text", lambda m: ("ok", None))),
)
# Small numbers for few clients: many of their requests are retries, and some come late.
requests = st.tuples(commands, st.sampled_from([None, None, None, "c1", "c2"]), st.integers(1, 9))


def entries_of(batch: list[tuple[Command, str | None, int]]) -> list[Entry]:
    return [
        Entry(index, 1, "normal", text, client, sequence if client else 0)
        for index, ((text, _), client, sequence) in enumerate(batch, 1)
    ]


def decoded(results: tuple[Result, ...]) -> tuple[Result, ...]:
    return msgspec.json.decode(msgspec.json.encode(results), type=tuple[Result, ...])


def contents(machine: Machine) -> tuple[object, ...]:
    """All that can be seen of a machine, the past as well."""
    past = [
        look.key_values() if isinstance(look, Look) else look
        for look in (machine.at(revision) for revision in range(machine.revision + 2))
    ]
    return (
        machine.revision, machine.compacted_revision, len(machine), machine.items(), machine.key_values(),
        machine.leases(), machine.sessions(), past, machine.changes_since(max(machine.compacted_revision, 1)),
        machine.dump(),
    )  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.lists(requests, max_size=6), max_size=8))
def test_the_machine_does_what_a_naive_one_does(batches: list[list[tuple[Command, str | None, int]]]) -> None:
    machine, model = Machine(), Model()

    for batch in batches:
        results = machine.plan(entries_of(batch))
        machine.record(results)

        expected = [model.request(deed, client, sequence) for (_, deed), client, sequence in batch]
        assert [(it.outcome, it.answer) for it in results] == expected
        assert (machine.revision, machine.compacted_revision) == (model.revision, model.compacted)
        for revision in range(max(model.compacted, 1), model.revision + 1):
            look, store = machine.at(revision), model.past[revision]
            assert isinstance(look, Look)
            assert {key: msgspec.structs.astuple(found) for key, found in look.key_values()} == store
        assert len(machine) == len(model.past[-1])
        assert machine.items() == sorted((key, found[0]) for key, found in model.past[-1].items())
        assert machine.sessions() == model.sessions
        assert {lease: found.ttl_us for lease, found in machine.leases().items()} == model.leases
        for lease, found in machine.leases().items():
            assert found.keys == tuple(sorted(key for key, it in model.past[-1].items() if it[4] == lease))


@dataclass
class View:
    """A machine, what was applied to it and recorded since it was empty, and what was seen of it last."""

    machine: Machine
    log: tuple[Entry, ...]
    results: tuple[Result, ...]
    seen: tuple[object, ...]


def new_view() -> View:
    return View(Machine(), (), (), contents(Machine()))


# What happens to one of the views, chosen by a number: entries are applied, only planned, or applied without sessions;
# it is copied; it comes to what another view, which is ahead of it, has applied or recorded; it is folded anew.
steps = st.tuples(
    st.sampled_from(["apply", "apply", "plan", "blindly", "copy", "agree", "catch up", "refold"]),
    st.integers(0, 7),
    st.integers(0, 7),
    st.lists(requests, min_size=1, max_size=3),
)


@settings(max_examples=150)
@given(st.lists(steps, max_size=14))
def test_views_equal_a_replay_and_never_change_when_others_go_on(
    story: list[tuple[str, int, int, list[tuple[Command, str | None, int]]]],
) -> None:
    views = [new_view(), new_view()]
    views.append(View(views[0].machine.copy(), (), (), views[0].seen))

    for what, number, other_number, batch in story:
        view, other = views[number % len(views)], views[other_number % len(views)]
        ahead = other.log[: len(view.log)] == view.log
        entries = entries_of(batch)
        new: tuple[Result, ...] = ()
        if what == "apply":
            new = view.machine.plan(entries)
        elif what == "plan":
            view.machine.plan(entries)
        elif what == "blindly":
            new = view.machine.plan_blindly(entries)
            entries = [Entry(it.index, it.term, it.kind, it.text) for it in entries]
        elif what == "copy":
            views.append(View(view.machine.copy(), view.log, view.results, view.seen))
        elif what == "agree" and ahead:
            entries = list(other.log[len(view.log) :])
            new = view.machine.plan(entries)
            assert new == other.results[len(view.results) :]
        elif what == "catch up" and ahead:
            entries, new = list(other.log[len(view.log) :]), decoded(other.results[len(view.results) :])
        elif what == "refold":
            entries, new = list(view.log), decoded(view.results)
            view = new_view()
            views.append(view)
        if new:
            view.machine.record(new)
            view.log += tuple(entries)
            view.results += new

        replay = Machine()
        replay.record(decoded(view.results))
        if new:
            view.seen = contents(replay)
        assert replay == view.machine
        for each in views:
            assert contents(each.machine) == each.seen


@given(st.lists(requests, max_size=15), st.lists(requests, max_size=6))
def test_a_loaded_snapshot_is_equal_and_goes_on_equally(
    before: list[tuple[Command, str | None, int]], then: list[tuple[Command, str | None, int]]
) -> None:
    machine = Machine()
    machine.record(machine.plan(entries_of(before)))

    loaded = Machine.load(machine.dump())
    installed = Machine()
    installed.install(machine.dump())

    assert loaded == installed == machine
    planned = machine.plan(entries_of(then))
    assert loaded.plan(entries_of(then)) == planned
    for each in (machine, loaded, installed):
        each.record(planned)
    assert loaded == installed == machine
    assert loaded.dump() == installed.dump() == machine.dump()
    assert len(loaded) == len(machine)
