"""Scenarios as YAML: the way back from `read_scenario`, in the form in which people write them.

Words, and how their values are written, stand in the tables that reading uses; here is only the order of a document,
and what may be left out. What no word expresses is our own mistake, and is an assertion that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from raftlab.core.commands import AnyCommand, SetParameter
from raftlab.core.errors import ScenarioError
from raftlab.core.events import History
from raftlab.core.model import DiskModel, Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.core.settings import PRESETS
from raftlab.documents.commands import COMMANDS, word_of
from raftlab.documents.network import Links
from raftlab.documents.scenario import WORKLOAD, read_scenario
from raftlab.documents.settings import DISK, LINK, PARAMETERS, PRESET, Setting
from raftlab.documents.values import CLOCK_RATE, write_duration, write_list, write_mapping, write_text


def write_scenario(scenario: Scenario) -> str:
    """A scenario's YAML: `read_scenario(write_scenario(it), it.name, file)` is equal to it.

    Raises:
        AssertionError: documents have no word for something in it (such as an entry that names its client).
    """
    text = "".join(f"{line}\n" for line in _lines(scenario))
    try:
        back = read_scenario(text, scenario.name, scenario.name)
    except ScenarioError as problem:
        raise AssertionError(f"what was written can't be read: {problem}\n{text}") from problem
    assert back == scenario, f"documents have no words for all of {scenario}; they read back as {back}"
    return text


def _lines(scenario: Scenario) -> Iterator[str]:
    if scenario.title != scenario.name:
        yield f"title: {write_text(scenario.title)}"
    if scenario.topic:
        yield f"topic: {write_text(scenario.topic)}"
    if scenario.teaches:
        yield f"teaches: {write_text(scenario.teaches)}"
    numbered = tuple(f"n{number}" for number in range(1, len(scenario.nodes) + 1))
    yield f"nodes: {len(numbered) if scenario.nodes == numbered else write_list(scenario.nodes)}"
    if scenario.learners:
        yield f"learners: {write_list(scenario.learners)}"
    yield f"seed: {scenario.seed}"
    yield from _surroundings(scenario)
    if scenario.off:
        yield f"off: {write_list(scenario.off)}"
    if scenario.end_us is not None:
        yield f"until: {write_duration(scenario.end_us)}"
    loads = [_load(load, number) for number, load in enumerate(scenario.workloads, 1)]
    if len(loads) == 1:
        yield f"workload: {loads[0]}"
    elif loads:
        yield "workloads:"
        yield from (f"  - {load}" for load in loads)
    if scenario.script:
        yield "script:"
        yield from (f"  - {item}" for item in _script(scenario.script))
    if scenario.histories:
        yield "histories:"
        yield from (f"  {write_text(name)}: {_history(it)}" for name, it in scenario.histories.items())


# -- Settings -------------------------------------------------------------------------------------------------------


def _surroundings(scenario: Scenario) -> Iterator[str]:
    """Parameters, links, clocks, disks."""
    it = scenario.parameters
    changed = _parameters(it)
    if changed:
        yield f"parameters: {write_mapping(changed)}"
    disk = DiskModel(it.disk_write_us, it.disk_fsync_us, it.disk_fsync_jitter_us)
    link = _changed(LINK, scenario.link, LinkModel())
    if link:
        yield f"link: {write_mapping(link)}"
    if scenario.links:
        yield "links:"
        yield from (f"  - {item}" for item in _links(scenario.links, scenario.link))
    if scenario.clocks:
        rates = {write_text(name): CLOCK_RATE.write(ppm) for name, ppm in scenario.clocks.items()}
        yield f"clocks: {write_mapping(rates)}"
    if scenario.disks:
        models = {
            write_text(name): write_mapping(_changed(DISK, model, disk)) for name, model in scenario.disks.items()
        }
        yield f"disks: {write_mapping(models)}"


def _changed(words: Mapping[str, Setting], value: Struct, base: Struct) -> dict[str, str]:
    """What differs from a base, in the words of a table."""
    found: dict[str, str] = {}
    for word, setting in words.items():
        values = [getattr(value, field) for field in setting.fields]
        if values != [getattr(base, field) for field in setting.fields]:
            found[word] = _write(setting, values)
    return found


def _write(setting: Setting, values: Sequence[Any]) -> str:
    try:
        return setting.write(values)
    except AssertionError as problem:
        raise AssertionError(f"documents have no words for {setting.fields[0]}={values[0]!r}: {problem}") from problem


def _parameters(value: Parameters) -> dict[str, str]:
    """What differs from the preset that it differs least from."""
    differing = {
        name: sum(getattr(value, field) != getattr(preset, field) for field in value.__struct_fields__)
        for name, preset in PRESETS.items()
    }
    nearest = min(PRESETS, key=lambda name: (differing[name], name != "paper"))
    changed = _changed(PARAMETERS, value, PRESETS[nearest])
    return changed if nearest == "paper" else {PRESET: nearest, **changed}


def _links(links: Links, base: LinkModel) -> Iterator[str]:
    """The links that differ; a pair of them that is alike in one line."""
    done: set[tuple[str, str]] = set()
    for source, ways in links.items():
        for target, model in ways.items():
            if (source, target) not in done:
                both = links.get(target, {}).get(source) == model
                done |= {(source, target), (target, source)} if both else {(source, target)}
                ends = {"from": write_text(source), "to": write_text(target)} | ({"both": "true"} if both else {})
                yield write_mapping({**ends, **_changed(LINK, model, base)})


# -- Clients and histories ------------------------------------------------------------------------------------------


def _load(load: Workload, number: int) -> str:
    # Its text is always told: it is what the client is for.
    usual = {it.name: it.default for it in fields(load)} | {"text": NODEFAULT, "client": f"c{number}"}
    return write_mapping(
        {
            word: setting.write([getattr(load, setting.fields[0])])
            for word, setting in WORKLOAD.items()
            if getattr(load, setting.fields[0]) != usual[setting.fields[0]]
        }
    )


def _history(history: History) -> str:
    found = {"term": str(history.term)}
    if history.vote is not None:
        found["vote"] = write_text(history.vote)
    found["log"] = f"[{', '.join(_entry(entry) for entry in history.log)}]"
    return write_mapping(found)


def _entry(entry: Entry) -> str:
    if entry.kind != "normal":
        return f"[{entry.term}, {write_text(entry.kind)}, {write_text(entry.text)}]"
    return f"[{entry.term}, {write_text(entry.text)}]" if entry.text else str(entry.term)


# -- Commands -------------------------------------------------------------------------------------------------------


def _script(script: Sequence[Scheduled]) -> Iterator[str]:
    place = 0
    while place < len(script):
        at_us = script[place].at_us
        following = [it.command for it in script[place : place + 2] if it.at_us == at_us]
        form, used = _command(following)
        yield write_mapping({"at": write_duration(at_us), word_of(following[0]): form})
        place += used


def _command(following: Sequence[AnyCommand]) -> tuple[str, int]:
    """What stands behind a command's word, and how many commands that are (two for both ends of a range)."""
    command = following[0]
    wording = COMMANDS[word_of(command)]
    if wording is None:
        return _set(following)
    usual = {it.name: it.default for it in fields(command)}
    given: dict[str, str] = {}
    for word, setting in wording.words.items():
        value = getattr(command, setting.fields[0])
        if usual[setting.fields[0]] is NODEFAULT or value != usual[setting.fields[0]]:
            given[word] = _write(setting, [value])
    first = next(iter(wording.words), "")
    if list(given) == [first] and (wording.alone or len(wording.words) == 1):
        return given[first], 1
    return (write_mapping(given) if given else ""), 1


def _set(following: Sequence[AnyCommand]) -> tuple[str, int]:
    """One parameter; both ends of a range are two commands."""
    settings = [it for it in following if isinstance(it, SetParameter)]
    for word, setting in PARAMETERS.items():
        count = len(setting.fields)
        if tuple(it.name for it in settings[:count]) == setting.fields:
            return write_mapping({word: _write(setting, [it.value for it in settings[:count]])}), count
    raise AssertionError(f"documents have no words for {settings[0]!r}")
