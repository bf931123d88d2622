"""Scenarios in YAML; docs/scenarios.md lists all words.

    title: A leader crashes
    topic: first steps
    teaches: The others elect a new leader; nothing committed is lost.
    nodes: 5                       # or a list of names
    seed: 3
    parameters: {preset: etcd, election-timeout: 500ms, heartbeat-interval: 50ms}
    link: {latency: 10ms, jitter: 5ms}
    workload: {every: 200ms, text: "x={n}"}
    until: 6s
    script:
      - {at: 2s, crash: leader}
      - {at: 4s, restart: n1}
    histories:                     # terms and logs to start from: the terms of the entries
      n1: {term: 6, log: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]}

`leader`, and `follower-1`, `follower-2` ..., `crashed-1` ... (in the cluster's order), stand for the node that
is so when the command is given.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Final

from msgspec.structs import replace

from raftlab.core.commands import ChangeMembers, SetParameter
from raftlab.core.errors import ScenarioError
from raftlab.core.events import History
from raftlab.core.model import DiskModel, Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import MOST_NODES, TOPICS, Scenario, is_alias, names_in
from raftlab.documents.commands import COMMANDS, CONSISTENCY, read_commands
from raftlab.documents.located import Document, Reader
from raftlab.documents.network import read_links
from raftlab.documents.settings import (
    Setting,
    read_disk,
    read_link,
    read_parameters,
    read_words,
    troubles,
    wrong_variant,
)
from raftlab.documents.values import CLOCK_RATE, NODE, SOME_TIME, TEXT, TIME

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")

KEYS: Final = (
    "title", "topic", "teaches", "nodes", "learners", "needs-odd", "seed", "parameters", "disk", "disks", "link",
    "regions", "wan", "links", "clocks", "workload", "workloads", "until", "off", "script", "histories",
)  # fmt: skip

WORKLOAD: Final[dict[str, Setting]] = {
    "every": Setting(SOME_TIME, ("every_us",)),
    "text": Setting(TEXT, ("text",)),
    "start": Setting(TIME, ("start_us",)),
    "client": Setting(TEXT, ("client",)),
    "reads": Setting(CONSISTENCY, ("reads",)),
    "retry": Setting(SOME_TIME, ("retry_us",)),
    "node": Setting(NODE, ("node",)),
}
"""The words for core.clients.Workload."""


def read_scenario(text: str, name: str, file: str) -> Scenario:
    """A scenario from its file's text.

    Raises:
        ScenarioError: with file:line:column for every mistake, and what would be right.
    """
    document = Document(text, file, ScenarioError)
    reader = document.reader()
    scenario = read_fields(reader, name)
    document.finish()
    return scenario


def read_fields(reader: Reader, name: str) -> Scenario:
    """A scenario from a part of a document (a lesson holds one)."""
    fields = reader.fields((), KEYS)
    nodes = _nodes(fields["nodes"]) if "nodes" in fields else Scenario().nodes
    learners = _learners(fields["learners"], nodes) if "learners" in fields else ()
    voters = len(nodes) - len(learners)
    if "needs-odd" in fields and fields["needs-odd"].boolean() and voters % 2 == 0:
        fields.get("nodes", fields["needs-odd"]).wrong(f"this scenario wants an odd number of voters, not {voters}")
    parameters = read_parameters(fields.get("parameters"), Parameters(), fields.get("disk"))
    link = read_link(fields["link"], LinkModel()) if "link" in fields else LinkModel()
    loads = [fields["workload"]] if "workload" in fields else []
    if "workloads" in fields:
        loads += fields["workloads"].items()
    return Scenario(
        name=name,
        title=fields["title"].text() if "title" in fields else name,
        teaches=fields["teaches"].text() if "teaches" in fields else "",
        nodes=nodes,
        seed=fields["seed"].integer(0) if "seed" in fields else 1,
        parameters=parameters,
        link=link,
        histories=_histories(fields["histories"], nodes) if "histories" in fields else {},
        script=_script(fields["script"], nodes, parameters) if "script" in fields else (),
        workloads=tuple(_workload(load, number, nodes) for number, load in enumerate(loads, 1)),
        end_us=fields["until"].duration() if "until" in fields else None,
        off=_off(fields["off"]) if "off" in fields else (),
        learners=learners,
        links=read_links(fields, nodes, link),
        clocks=_clocks(fields["clocks"], nodes) if "clocks" in fields else {},
        disks=_disks(fields["disks"], nodes, parameters) if "disks" in fields else {},
        topic=fields["topic"].choice(TOPICS) if "topic" in fields else "",
    )


# -- Who is there -------------------------------------------------------------------------------------------------


def _nodes(reader: Reader) -> tuple[str, ...]:
    if not reader.is_list:
        return tuple(f"n{number}" for number in range(1, reader.integer(1, MOST_NODES) + 1))
    names = reader.texts()
    for item in reader.items():
        if not _NAME.fullmatch(item.text()) or is_alias(item.text()):
            item.wrong(f"a node's name is a word such as n1, not {item.text()!r}")
    if len(set(names)) != len(names):
        reader.wrong("two nodes have the same name")
    if not 1 <= len(names) <= MOST_NODES:
        reader.wrong(f"a cluster has 1 to {MOST_NODES} nodes, not {len(names)}")
    return names


def _learners(reader: Reader, nodes: tuple[str, ...]) -> tuple[str, ...]:
    names = reader.texts()
    for item in reader.items():
        _known(item, item.text(), nodes)
    if len(set(names)) != len(names):
        reader.wrong("a learner is named twice")
    if set(nodes) <= set(names):
        reader.wrong("with all nodes learners nobody votes; leave at least one out")
    return names


def _known(at: Reader, name: str, nodes: tuple[str, ...]) -> bool:
    """Whether there is that node; noted where there is none."""
    if name not in nodes:
        at.wrong(f"there is no node {name!r}; there are {', '.join(nodes)}")
    return name in nodes


def _by_node(reader: Reader, nodes: tuple[str, ...]) -> dict[str, Reader]:
    """A mapping whose keys are nodes."""
    pairs = reader.pairs()
    return {name: value for name, value in pairs.items() if _known(value.key or value, name, nodes)}


def _clocks(reader: Reader, nodes: tuple[str, ...]) -> dict[str, int]:
    return {name: CLOCK_RATE.read(value) for name, value in _by_node(reader, nodes).items()}


def _disks(reader: Reader, nodes: tuple[str, ...], it: Parameters) -> dict[str, DiskModel]:
    base = DiskModel(it.disk_write_us, it.disk_fsync_us, it.disk_fsync_jitter_us)
    return {name: read_disk(value, base) for name, value in _by_node(reader, nodes).items()}


def _off(reader: Reader) -> tuple[str, ...]:
    names = reader.texts()
    for item in reader.items():
        wrong = wrong_variant(item.text())
        if wrong:
            item.wrong(wrong)
    if len(set(names)) != len(names):
        reader.wrong("a variant is named twice")
    return names


# -- What happens -------------------------------------------------------------------------------------------------


def _workload(reader: Reader, number: int, nodes: tuple[str, ...]) -> Workload:
    fields = reader.fields(("every",), [word for word in WORKLOAD if word != "every"])
    if "node" in fields:
        # Without it the client asks whoever leads, so `leader` is not needed, and would be looked up once only.
        _known(fields["node"], fields["node"].text(), nodes)
    given: dict[str, Any] = {"every_us": 1_000_000, "client": f"c{number}", **read_words(fields, WORKLOAD)}
    return Workload(**given)


def _script(reader: Reader, nodes: tuple[str, ...], parameters: Parameters) -> tuple[Scheduled, ...]:
    script: list[tuple[Reader, Scheduled]] = []
    for item in reader.items():
        fields = item.fields(("at",), COMMANDS)
        at_us = fields.pop("at").duration() if "at" in fields else 0
        script += [(item, Scheduled(at_us, command)) for command in read_commands(fields, item)]
    # What a command meets follows from those before it: new servers that a change brought, parameters that were set.
    known = nodes
    for item, group in groupby(sorted(script, key=lambda it: it[1].at_us), key=lambda it: it[0]):
        for _, scheduled in group:
            check_names(item, scheduled, known)
            known = with_members(known, scheduled)
            parameters = _with_setting(parameters, scheduled)
        if len(known) > MOST_NODES:
            item.wrong(f"a cluster has {MOST_NODES} servers at most, those that have left counted, not {len(known)}")
        for _, message in troubles(parameters) if isinstance(scheduled.command, SetParameter) else ():
            item.wrong(message)
    return tuple(scheduled for _, scheduled in script)


def check_names(at: Reader, scheduled: Scheduled, nodes: tuple[str, ...]) -> None:
    """Note the names in a command that no node has. Members may be new: whom nobody knows is set up for the purpose."""
    for name in sorted(names_in(Scenario(nodes=nodes, script=(scheduled,)))):
        if name not in nodes and not is_alias(name):
            at.wrong(f"there is no node {name!r}; there are {', '.join(nodes)}, leader, follower-1 ...")


def with_members(nodes: tuple[str, ...], scheduled: Scheduled) -> tuple[str, ...]:
    """The nodes that there are after a command: a change of members may bring new ones."""
    command = scheduled.command
    if not isinstance(command, ChangeMembers):
        return nodes
    return tuple(dict.fromkeys((*nodes, *command.voters, *command.learners)))


def _with_setting(parameters: Parameters, scheduled: Scheduled) -> Parameters:
    command = scheduled.command
    return replace(parameters, **{command.name: command.value}) if isinstance(command, SetParameter) else parameters


# -- What was before ----------------------------------------------------------------------------------------------


def _histories(reader: Reader, nodes: tuple[str, ...]) -> dict[str, History]:
    histories: dict[str, History] = {}
    for name, value in _by_node(reader, nodes).items():
        fields = value.fields(("log",), ("term", "vote"))
        items = fields["log"].items() if "log" in fields else []
        log = tuple(_entry(index, item) for index, item in enumerate(items, 1))
        terms = [entry.term for entry in log]
        if terms != sorted(terms):
            fields["log"].wrong("terms never fall along a log")
        last = terms[-1] if terms else 0
        term = fields["term"].integer(0) if "term" in fields else last
        if term < last:
            fields["term"].wrong(f"{name} holds an entry of term {last}: its term can't be {term}")
        histories[name] = History(term, fields["vote"].text() if "vote" in fields else None, log)
    return histories


def _entry(index: int, reader: Reader) -> Entry:
    """A term; [term, text]; or [term, kind, text], where the kind is normal, noop or config."""
    if not reader.is_list:
        return Entry(index, reader.integer(1))
    parts = reader.items()
    if len(parts) not in (2, 3):
        reader.wrong("an entry is its term, [term, text], or [term, kind, text]")
        return Entry(index, 1)
    kind = parts[1].choice(("normal", "noop", "config")) if len(parts) == 3 else "normal"
    text = parts[-1].text()
    if kind == "config" and not re.match(r"voters [\w,-]+( |$)", text):
        parts[-1].wrong(f'a configuration is written as "voters n1,n2 learners n3", not {text!r}')
    return Entry(index, parts[0].integer(1), kind, text)
