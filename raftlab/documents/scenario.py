"""Scenarios in YAML.

    title: A leader crashes
    teaches: The others elect a new leader; nothing committed is lost.
    nodes: 5                       # or a list of names
    seed: 3
    parameters: {election-timeout: 150ms-300ms, heartbeat-interval: 50ms}
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

from raftlab.core.errors import ScenarioError
from raftlab.core.events import History
from raftlab.core.model import Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import MOST_NODES, Scenario, is_alias, names_in
from raftlab.documents.commands import COMMANDS, read_commands
from raftlab.documents.located import Document, Reader
from raftlab.documents.settings import read_link, read_parameters

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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


KEYS = (
    "title", "teaches", "nodes", "seed", "parameters", "link", "workload", "workloads", "until", "script",
    "histories", "needs-odd",
)  # fmt: skip


def read_fields(reader: Reader, name: str) -> Scenario:
    """A scenario from a part of a document (a lesson holds one)."""
    fields = reader.fields((), KEYS)
    nodes = _nodes(fields["nodes"]) if "nodes" in fields else Scenario().nodes
    loads = [fields["workload"]] if "workload" in fields else []
    if "workloads" in fields:
        loads += fields["workloads"].items()
    scenario = Scenario(
        name=name,
        title=fields["title"].text() if "title" in fields else name,
        teaches=fields["teaches"].text() if "teaches" in fields else "",
        nodes=nodes,
        seed=fields["seed"].integer(0) if "seed" in fields else 1,
        parameters=read_parameters(fields["parameters"], Parameters()) if "parameters" in fields else Parameters(),
        link=read_link(fields["link"], LinkModel()) if "link" in fields else LinkModel(),
        histories=_histories(fields["histories"], nodes) if "histories" in fields else {},
        script=_script(fields["script"], nodes) if "script" in fields else (),
        workloads=tuple(_workload(load, number) for number, load in enumerate(loads, 1)),
        end_us=fields["until"].duration() if "until" in fields else None,
    )
    if "needs-odd" in fields and fields["needs-odd"].boolean() and len(nodes) % 2 == 0:
        fields["nodes"].wrong(f"this scenario wants an odd number of nodes, not {len(nodes)}")
    return scenario


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


def _workload(reader: Reader, number: int) -> Workload:
    fields = reader.fields(("every",), ("text", "start", "client"))
    return Workload(
        every_us=max(1, fields["every"].duration()) if "every" in fields else 1_000_000,
        text=fields["text"].text() if "text" in fields else "x={n}",
        start_us=fields["start"].duration() if "start" in fields else 0,
        client=fields["client"].text() if "client" in fields else f"c{number}",
    )


def _script(reader: Reader, nodes: tuple[str, ...]) -> tuple[Scheduled, ...]:
    script: list[Scheduled] = []
    for item in reader.items():
        fields = item.fields(("at",), COMMANDS)
        at_us = fields.pop("at").duration() if "at" in fields else 0
        for command in read_commands(fields, item):
            scheduled = Scheduled(at_us, command)
            check_names(item, scheduled, nodes)
            script.append(scheduled)
    return tuple(script)


def check_names(at: Reader, scheduled: Scheduled, nodes: tuple[str, ...]) -> None:
    """Note the names in a command that no node has."""
    for name in sorted(names_in(Scenario(nodes=nodes, script=(scheduled,)))):
        if name not in nodes and not is_alias(name):
            at.wrong(f"there is no node {name!r}; there are {', '.join(nodes)}, leader, follower-1 ...")


def _histories(reader: Reader, nodes: tuple[str, ...]) -> dict[str, History]:
    histories: dict[str, History] = {}
    for name, value in reader.pairs().items():
        if name not in nodes:
            value.wrong(f"there is no node {name!r}; there are {', '.join(nodes)}")
            continue
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
    """A term, or [term, text]."""
    if not reader.is_list:
        return Entry(index, reader.integer(1))
    parts = reader.items()
    if len(parts) != 2:
        reader.wrong("an entry is its term, or [term, text]")
        return Entry(index, 1)
    return Entry(index, parts[0].integer(1), "normal", parts[1].text())
