"""Shrinking: from a scenario that fails to the shortest one found that still fails in the same way.

Delta debugging, greedy and in passes: fewer nodes, fewer commands (large chunks first, then single ones), fewer
client requests, plain parameters and links, plain commands, less waiting, round times; again and again until a whole
round finds nothing more. What counts as failing is handed in, so that this file knows no Raft.

What comes out is the smallest along one path, not the smallest of all: a search for that would have to try every
subset. Everything is deterministic: the same scenario and the same predicate give the same answer.

Sources: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002), for the chunks that halve.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from raftlab.core.commands import AnyCommand, ChangeMembers
from raftlab.core.model import LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario, is_alias, names_in


class Failure(Struct, frozen=True):
    """How a scenario failed.

    `what` is the kind, and stays the same while shrinking (an invariant's name); `text` says more, for people; nothing
    that stands in the scenario after `at_us` (microseconds) has had a part in it.
    """

    what: str
    text: str
    at_us: int


class Shrunk(Struct, frozen=True):
    """What shrinking came to: the scenario, the runs that were tried, what still breaks, and that in words."""

    scenario: Scenario
    tried: int
    broken: str
    text: str


Fails = Callable[[Scenario], Failure | None]
"""Plays a scenario: how it failed, or None if it didn't."""

PLAIN_LINK: Final = LinkModel(jitter_us=0)
"""The simplest link: nothing is lost, doubled, delayed by chance or overtaken."""


def shrink(scenario: Scenario, fails: Fails, *, budget: int) -> Shrunk:
    """The shortest scenario found that fails with the same `what`.

    Args:
        scenario: one that fails.
        fails: called with candidates; each call counts as one run. It must depend on its argument only.
        budget: how many runs to try at most (at least one).
    """
    search = _Search(scenario, fails, budget)
    while True:
        before = search.best
        for simplify in _PASSES:
            simplify(search)
        if search.best == before:
            return Shrunk(before, search.tried, search.failure.what, search.failure.text)


def without_strangers(scenario: Scenario) -> Scenario:
    """The scenario without the commands that name a node which isn't there yet: they are refused, and do nothing.

    Documents have no words for those; a change of members may bring new nodes. The script is in the order of its times.
    """
    known = set(scenario.nodes)
    script: list[Scheduled] = []
    for scheduled in sorted(scenario.script, key=lambda scheduled: scheduled.at_us):
        if all(name in known or is_alias(name) for name in names_in(Scenario(nodes=(), script=(scheduled,)))):
            script.append(scheduled)
            if isinstance(scheduled.command, ChangeMembers):
                known.update(scheduled.command.voters, scheduled.command.learners)
    return replace(scenario, script=tuple(script))


class _Search:
    """The smallest scenario so far, and what was tried."""

    def __init__(self, scenario: Scenario, fails: Fails, budget: int) -> None:
        self.tried = 1
        self._fails = fails
        self._budget = budget
        self._seen: set[bytes] = set()
        scenario = without_strangers(scenario)
        failure = fails(scenario)
        assert failure is not None, f"scenario {scenario.name!r} doesn't fail: there is nothing to shrink"
        self.failure = failure
        self.best = _up_to(scenario, failure.at_us)

    def keep(self, candidate: Scenario, *, sooner: bool = False) -> bool:
        """Try a candidate, and go on from it if it fails alike (and `sooner`, if that is wanted)."""
        candidate = without_strangers(candidate)
        key = msgspec.msgpack.encode(candidate)
        if self.tried >= self._budget or candidate == self.best or key in self._seen:
            return False
        self.tried += 1
        self._seen.add(key)
        failure = self._fails(candidate)
        if failure is None or failure.what != self.failure.what:
            return False
        if sooner and failure.at_us >= self.failure.at_us:
            return False
        self.best, self.failure = _up_to(candidate, failure.at_us), failure
        return True

    def keep_command(self, place: int, command: AnyCommand) -> bool:
        """Try another command in the place of one."""
        return self.keep(
            _with_script(self.best, place, place + 1, (replace(self.best.script[place], command=command),))
        )


def _up_to(scenario: Scenario, end_us: int) -> Scenario:
    """What has happened by a time (included)."""
    return replace(scenario, end_us=end_us, script=tuple(it for it in scenario.script if it.at_us <= end_us))


def _with_script(scenario: Scenario, start: int, stop: int, instead: tuple[Scheduled, ...] = ()) -> Scenario:
    """The script with another piece in the place of [start, stop)."""
    return replace(scenario, script=scenario.script[:start] + instead + scenario.script[stop:])


# -- less of everything ------------------------------------------------------------------------------------------


def _fewer_nodes(search: _Search) -> None:
    for place in reversed(range(len(search.best.nodes))):
        nodes = search.best.nodes
        if len(nodes) > 1 and place < len(nodes):
            search.keep(_without(search.best, nodes[place]))


def _without(scenario: Scenario, gone: str) -> Scenario:
    """The scenario without a node, and without what is done to it. n1 .. nk stay numbered without a gap."""
    left = tuple(name for name in scenario.nodes if name != gone)
    new = dict(zip(left, left, strict=True))
    if scenario.nodes == _numbered(len(scenario.nodes)):
        new = dict(zip(left, _numbered(len(left)), strict=True))
    changed: dict[str, Any] = {
        "script": [(it.at_us, _renamed(it.command, gone, new)) for it in scenario.script],
        "workloads": [_renamed(load, gone, new) for load in scenario.workloads],
    }
    changed["script"] = tuple(Scheduled(at_us, it) for at_us, it in changed["script"] if it is not None)
    changed["workloads"] = tuple(it for it in changed["workloads"] if it is not None)
    for name in scenario.__struct_fields__:
        # Whatever hangs on single nodes (histories are such): tables by their names.
        value = getattr(scenario, name)
        if isinstance(value, dict):
            changed[name] = _renamed_table(value, new)
    smaller: Scenario = _renamed(replace(scenario, nodes=tuple(new.values()), **changed), gone, new)
    return smaller


def _renamed_table(table: dict[str, Any], new: dict[str, str]) -> dict[str, Any]:
    """A table by nodes' names, or a table of such tables, in new names."""
    return {
        new[name]: _renamed_table(value, new) if isinstance(value, dict) else value
        for name, value in table.items()
        if name in new
    }


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"n{number}" for number in range(1, count + 1))


def _renamed(command: Any, gone: str, new: dict[str, str]) -> Any:
    """A command (or what else names nodes so) in new names; None when it is about the node that is gone."""
    changed: dict[str, Any] = {}
    for field in ("node", "source", "target"):
        name = getattr(command, field, None)
        if name == gone:
            return None
        if name in new:
            changed[field] = new[name]
    for field in ("voters", "learners"):
        if hasattr(command, field):
            changed[field] = tuple(new.get(name, name) for name in getattr(command, field) if name != gone)
    if changed.get("voters") == ():
        return None
    if hasattr(command, "groups"):
        groups = [tuple(new.get(name, name) for name in group if name != gone) for group in command.groups]
        changed["groups"] = tuple(group for group in groups if group)
        if not changed["groups"]:
            return None
    return replace(command, **changed)


def _fewer_commands(search: _Search) -> None:
    """Chunks, from the end on (what stands late has often had no part in it); then chunks of half the size."""
    size = max(1, len(search.best.script) // 2)
    while size:
        stop = len(search.best.script)
        while stop > 0:
            start = max(0, stop - size)
            search.keep(_with_script(search.best, start, stop))
            # What was kept may be shorter than that chunk alone: a sooner failure cuts the end too.
            stop = min(start, len(search.best.script))
        size //= 2


def _fewer_requests(search: _Search) -> None:
    for place in reversed(range(len(search.best.workloads))):
        loads = search.best.workloads
        search.keep(replace(search.best, workloads=loads[:place] + loads[place + 1 :]))
    for place in range(len(search.best.workloads)):
        for factor in (8, 2):
            while search.keep(_with_load(search.best, place, search.best.workloads[place].every_us * factor)):
                pass


def _with_load(scenario: Scenario, place: int, every_us: int) -> Scenario:
    """Another pace for one client: once in the whole time at the slowest, so that this comes to an end."""
    loads = scenario.workloads
    slowest = max(loads[place].every_us, scenario.end_us or 0)
    load = replace(loads[place], every_us=min(every_us, slowest))
    return replace(scenario, workloads=(*loads[:place], load, *loads[place + 1 :]))


def _fewer_exceptions(search: _Search) -> None:
    """What single nodes have of their own (histories are such) goes, and so does what a client does unusually."""
    for field in fields(Scenario):
        table = getattr(search.best, field.name)
        if isinstance(table, dict):
            for gone in tuple(table):
                kept = getattr(search.best, field.name)
                search.keep(replace(search.best, **{field.name: {k: v for k, v in kept.items() if k != gone}}))
    for place in range(len(search.best.workloads)):
        for field in fields(Workload):
            loads = search.best.workloads
            if field.default is not NODEFAULT and field.name != "client":
                load = replace(loads[place], **{field.name: field.default})
                search.keep(replace(search.best, workloads=(*loads[:place], load, *loads[place + 1 :])))


# -- plainer -----------------------------------------------------------------------------------------------------


def _plainer_settings(search: _Search) -> None:
    usual = Parameters()
    # The timeouts, and the heartbeat that must fit into them, can often be usual together only.
    timeouts = ("election_timeout_min_us", "election_timeout_max_us")
    names = Parameters.__struct_fields__
    for group in (names, (*timeouts, "heartbeat_interval_us"), timeouts, *((name,) for name in names)):
        parameters = replace(search.best.parameters, **{name: getattr(usual, name) for name in group})
        shortest = parameters.election_timeout_min_us
        if parameters.heartbeat_interval_us < shortest <= parameters.election_timeout_max_us:
            search.keep(replace(search.best, parameters=parameters))
    search.keep(replace(search.best, link=PLAIN_LINK))
    for plain in (PLAIN_LINK, LinkModel()):
        for field in LinkModel.__struct_fields__:
            # Not jitter's default once it is gone: none is plainer than some.
            if getattr(search.best.link, field) != getattr(PLAIN_LINK, field):
                search.keep(replace(search.best, link=replace(search.best.link, **{field: getattr(plain, field)})))


def _plainer_commands(search: _Search) -> None:
    place = 0
    while place < len(search.best.script):
        for field in fields(type(search.best.script[place].command)):
            if place == len(search.best.script):
                return
            command = search.best.script[place].command
            if field.default is not NODEFAULT and getattr(command, field.name) != field.default:
                search.keep_command(place, replace(command, **{field.name: field.default}))
        if place < len(search.best.script) and hasattr(search.best.script[place].command, "groups"):
            _smaller_groups(search, place)
        place += 1


def _smaller_groups(search: _Search, place: int) -> None:
    """Whole groups go first, then their members: who is in no group stands alone."""
    for smaller in (_without_a_group, _without_a_member):
        number = 0
        while place < len(search.best.script):
            command = search.best.script[place].command
            groups = smaller(command.groups, number)  # type: ignore[union-attr]
            if groups is None:
                break
            if not search.keep_command(place, replace(command, groups=groups)):
                number += 1


Groups = tuple[tuple[str, ...], ...]


def _without_a_group(groups: Groups, number: int) -> Groups | None:
    return groups[:number] + groups[number + 1 :] if number < len(groups) and len(groups) > 1 else None


def _without_a_member(groups: Groups, number: int) -> Groups | None:
    members = [(at, name) for at, group in enumerate(groups) for name in group]
    if number >= len(members) or len(members) == 1:
        return None
    del members[number]
    left = (tuple(name for at, name in members if at == place) for place in range(len(groups)))
    return tuple(group for group in left if group)


# -- times -------------------------------------------------------------------------------------------------------


def _less_waiting(search: _Search) -> None:
    """Pull each command, and all after it, towards the one before: by the whole wait, by half, by a quarter of it."""
    place = 0
    while place < len(search.best.script):
        script = search.best.script
        wait_us = script[place].at_us - (script[place - 1].at_us if place else 0)
        for less_us in dict.fromkeys(_readable(wait_us // part) for part in (1, 2, 4)):
            earlier = tuple(replace(it, at_us=it.at_us - less_us) for it in script[place:])
            if search.keep(replace(search.best, script=script[:place] + earlier), sooner=True):
                break
        place += 1


def _readable(span_us: int) -> int:
    """In whole milliseconds, if there are any."""
    return span_us // 1000 * 1000 or span_us


def _rounder_times(search: _Search) -> None:
    for unit in (100_000, 10_000, 1_000):
        search.keep(_rounded(search.best, unit))


def _rounded(scenario: Scenario, unit: int) -> Scenario:
    """All times of script and clients in whole units, but for spans that are shorter than one."""

    def whole(value: int) -> int:
        return value // unit * unit or value

    def command(old: AnyCommand) -> AnyCommand:
        names = [name for name in old.__struct_fields__ if name.endswith("_us") and isinstance(getattr(old, name), int)]
        return replace(old, **{name: whole(getattr(old, name)) for name in names})

    def load(old: Workload) -> Workload:
        return replace(old, every_us=whole(old.every_us), start_us=whole(old.start_us))

    script = tuple(Scheduled(it.at_us // unit * unit, command(it.command)) for it in scenario.script)
    return replace(scenario, script=script, workloads=tuple(load(it) for it in scenario.workloads))


_PASSES: tuple[Callable[[_Search], None], ...] = (
    _fewer_nodes, _fewer_commands, _fewer_requests, _fewer_exceptions, _plainer_settings, _fewer_nodes,
    _plainer_commands, _less_waiting, _rounder_times,
)  # fmt: skip
"""The order in which they run: what takes most away comes first, since every later run is shorter then."""
