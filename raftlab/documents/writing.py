"""Scenarios as YAML: the way back from `read_scenario`, in the form in which people write them.

Words and shapes aren't repeated here. The words come from the tables that reading uses; of the shapes that a command
or a setting could have (`crash: n1`, `timer: {node: n1, after: 20ms}`), that one is written which reads back as the
same. So a new word needs no line here, as long as it is spelt like its field (heartbeat-interval,
heartbeat_interval_us). What no word expresses is our own mistake, and is an assertion that names it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Any, Final

import yaml
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from raftlab.core.commands import AnyCommand, SetParameter
from raftlab.core.errors import ScenarioError
from raftlab.core.events import History
from raftlab.core.log import UNKNOWN
from raftlab.core.model import Entry, LinkModel, Parameters, Scheduled, Workload
from raftlab.core.scenario import Scenario
from raftlab.documents.commands import read_commands, word_of
from raftlab.documents.located import Document
from raftlab.documents.scenario import read_scenario
from raftlab.documents.settings import LINK, PARAMETERS

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null"}
"""Words that YAML takes for something else when they stand without quotes."""

_WORDS: Final = {"source": "from", "target": "to"}
"""Fields of commands whose word isn't their name."""

_UNITS: Final = ("", "_us", "_ppm")


def write_scenario(scenario: Scenario) -> str:
    """A scenario's YAML: `read_scenario(write_scenario(it), it.name, file)` is equal to it.

    Raises:
        AssertionError: documents have no word for something in it (such as `off`: rules are taken out by whoever runs
            a scenario).
    """
    assert not scenario.off, f"a document can't take rules out: {', '.join(scenario.off)}"
    text = "".join(f"{line}\n" for line in _lines(scenario))
    try:
        back = read_scenario(text, scenario.name, scenario.name)
    except ScenarioError as problem:
        raise AssertionError(f"what was written can't be read: {problem}\n{text}") from problem
    assert back == scenario, f"documents have no words for all of {scenario}; they read back as {back}"
    return text


def write_duration(time_us: int) -> str:
    """A time in the largest unit that keeps it short and exact: 2s, 1.5s, 250ms, 12.345678s, 40us."""
    for unit_us, unit, digits in ((1_000_000, "s", 6), (1_000, "ms", 3)):
        whole, rest = divmod(time_us, unit_us)
        if whole:
            part = f"{rest:0{digits}d}".rstrip("0")
            return f"{whole}.{part}{unit}" if part else f"{whole}{unit}"
    return f"{time_us}us" if time_us else "0s"


def write_part(ppm: int) -> str:
    """Parts per million as a percentage: 10%, 0.25%."""
    part = f"{ppm % 10_000:04d}".rstrip("0")
    return f"{ppm // 10_000}.{part}%" if part else f"{ppm // 10_000}%"


def write_text(text: str) -> str:
    """Text as YAML: without quotes where it is a plain word."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))).strip()


def _lines(scenario: Scenario) -> Iterator[str]:
    if scenario.title != scenario.name:
        yield f"title: {write_text(scenario.title)}"
    if scenario.teaches:
        yield f"teaches: {write_text(scenario.teaches)}"
    numbered = tuple(f"n{number}" for number in range(1, len(scenario.nodes) + 1))
    yield f"nodes: {len(numbered) if scenario.nodes == numbered else _list(scenario.nodes)}"
    yield f"seed: {scenario.seed}"
    for section, words, value in (("parameters", PARAMETERS, scenario.parameters), ("link", LINK, scenario.link)):
        changed = _settings(section, words, value)
        if changed:
            yield f"{section}: {_mapping(changed)}"
    if scenario.end_us is not None:
        yield f"until: {write_duration(scenario.end_us)}"
    loads = [_mapping(_load(load, number)) for number, load in enumerate(scenario.workloads, 1)]
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


def _mapping(items: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in items.items()) + "}"


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(write_text(name) for name in names)}]"


# -- values and settings -----------------------------------------------------------------------------------------


def _forms(field: str, value: Any) -> list[str]:
    """How a field's value may be written, the likelier one first; its name tells its unit."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int):
        if field.endswith("_us"):
            return [write_duration(value)]
        return [write_part(value), str(value)] if field.endswith("_ppm") else [str(value)]
    if isinstance(value, str):
        return list(dict.fromkeys((write_text(value), write_text(value.replace("_", "-")))))
    if isinstance(value, tuple):
        if all(isinstance(item, str) for item in value):
            return [_list(value)]
        return [f"[{', '.join(_list(item) for item in value)}]"]
    raise AssertionError(f"documents have no words for {field}={value!r}")


def _settings(section: str, words: Collection[str], value: Parameters | LinkModel) -> dict[str, str]:
    """What differs from the defaults, in the words of a table."""
    changed = {it.name for it in fields(value) if getattr(value, it.name) != it.default}
    found: dict[str, str] = {}
    for word in words:
        names = _fields_of(word, value)
        if changed & set(names):
            forms = _setting_forms(names, [getattr(value, name) for name in names])
            # One form needs no choice, and may be right only beside others (a heartbeat beside its timeout).
            found[word] = forms[0] if len(forms) == 1 else _that_reads(section, word, forms, value, names[0])
    return found


def _fields_of(word: str, value: Struct) -> tuple[str, ...]:
    """The fields that a word stands for: one, or both ends of a range. None for a word of another kind (a preset)."""
    name = word.replace("-", "_")
    for unit in _UNITS:
        for names in ((name + unit,), (f"{name}_min{unit}", f"{name}_max{unit}")):
            if set(names) <= set(value.__struct_fields__):
                return names
    return ()


def _setting_forms(names: Sequence[str], values: Sequence[Any]) -> list[str]:
    if len(names) == 1:
        return _forms(names[0], values[0])
    low, high = (_forms(name, value)[0] for name, value in zip(names, values, strict=True))
    return [f"{low}-{high}"]


def _that_reads(section: str, word: str, forms: list[str], value: Parameters | LinkModel, name: str) -> str:
    """The form in which a setting reads back as it is."""
    for form in forms:
        try:
            back = read_scenario(f"{section}: {{{word}: {form}}}", "", "")
        except ScenarioError:
            continue
        if getattr(getattr(back, section), name) == getattr(value, name):
            return form
    raise AssertionError(f"documents have no words for {name}={getattr(value, name)!r}")


# -- clients and histories ---------------------------------------------------------------------------------------


def _load(load: Workload, number: int) -> dict[str, str]:
    usual = {it.name: it.default for it in fields(load)} | {"text": NODEFAULT, "client": f"c{number}"}
    unusual = {name: getattr(load, name) for name in usual if getattr(load, name) != usual[name]}
    return {_word_for(name): _forms(name, value)[0] for name, value in unusual.items()}


def _history(history: History) -> str:
    found = {"term": str(history.term)}
    if history.vote is not None:
        found["vote"] = write_text(history.vote)
    found["log"] = f"[{', '.join(_entry(entry) for entry in history.log)}]"
    return _mapping(found)


def _entry(entry: Entry) -> str:
    return f"[{entry.term}, {write_text(entry.text)}]" if entry.text else str(entry.term)


# -- commands ----------------------------------------------------------------------------------------------------


def _script(script: Sequence[Scheduled]) -> Iterator[str]:
    place = 0
    while place < len(script):
        at_us, command = script[place].at_us, script[place].command
        at = {"at": write_duration(at_us)}
        pair = [it.command for it in script[place : place + 2] if it.at_us == at_us]
        both = _range_form(pair)
        if both is not None:
            yield _mapping({**at, word_of(command): both})
            place += 2
            continue
        yield _mapping({**at, word_of(command): _command_form(command)})
        place += 1


def _range_form(pair: list[AnyCommand]) -> str | None:
    """Two commands that one word stands for: both ends of a range."""
    first, *rest = pair
    if not rest or not isinstance(first, SetParameter) or not isinstance(rest[0], SetParameter):
        return None
    for word in PARAMETERS:
        names = _fields_of(word, Parameters())
        if names == (first.name, rest[0].name):
            return _mapping({word: _setting_forms(names, [first.value, rest[0].value])[0]})
    return None


def _command_form(command: AnyCommand) -> str:
    """What stands behind a command's word."""
    word = word_of(command)
    for form in _command_forms(command) if word else ():
        document = Document(_mapping({word: form}), "", ScenarioError)
        reader = document.reader()
        if read_commands(reader.pairs(), reader) == [command] and not document.problems:
            return form
    raise AssertionError(f"documents have no words for {command!r}")


def _command_forms(command: AnyCommand) -> Iterator[str]:
    """Short ones first: nothing, its one value, a mapping of what isn't as usual, a mapping of all that is given."""
    if isinstance(command, SetParameter):
        for word in PARAMETERS:
            if _fields_of(word, Parameters()) == (command.name,):
                yield from (_mapping({word: form}) for form in _forms(command.name, command.value))
        return
    known = [(it, getattr(command, it.name)) for it in fields(command)]
    given = [(it.name, value) for it, value in known if value is not UNKNOWN and value is not None]
    unusual = [(it.name, value) for it, value in known if it.default is NODEFAULT or value != it.default]
    if not unusual:
        yield ""
    if len(unusual) == 1:
        yield from _forms(*unusual[0])
    for chosen in (unusual, given):
        words = [_word_for(name) for name, _ in chosen]
        for values in product(*(_forms(name, value) for name, value in chosen)):
            yield _mapping(dict(zip(words, values, strict=True)))


def _word_for(field: str) -> str:
    return _WORDS.get(field, field.removesuffix("_us").removesuffix("_ppm").replace("_", "-"))
