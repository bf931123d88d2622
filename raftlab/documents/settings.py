"""What a cluster is set to, in the words that people write: parameters, links, and `--set`."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from raftlab.core.errors import ScenarioError
from raftlab.core.model import LinkModel, Parameters
from raftlab.core.scenario import Scenario
from raftlab.documents.located import Document, Reader

PARAMETERS = {
    "election-timeout": "a time or a range of times (150ms-300ms)",
    "heartbeat-interval": "a time",
    "noop-on-election": "true or false",
    "back-off": "by-one or by-term",
    "max-entries-per-message": "a whole number",
}
LINK = {
    "latency": "a time",
    "jitter": "a time",
    "loss": "a part (0.1 or 10%)",
    "duplicate": "a part (0.1 or 10%)",
    "reorder": "true or false",
}


def read_parameters(reader: Reader, base: Parameters) -> Parameters:
    """A mapping of parameters."""
    fields = reader.fields((), PARAMETERS)
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        changed.update(parameter(name, value))
    result = replace(base, **changed)
    if result.heartbeat_interval_us >= result.election_timeout_min_us:
        at = fields.get("heartbeat-interval") or fields.get("election-timeout") or reader
        at.wrong(
            f"a heartbeat every {result.heartbeat_interval_us // 1000} ms can't keep an election timeout of "
            f"{result.election_timeout_min_us // 1000} ms from running out; it should be shorter"
        )
    return result


def parameter(name: str, value: Reader) -> dict[str, Any]:
    """One parameter's fields of core.model.Parameters."""
    if name == "election-timeout":
        low, high = _range(value)
        return {"election_timeout_min_us": low, "election_timeout_max_us": high}
    if name == "heartbeat-interval":
        return {"heartbeat_interval_us": value.duration()}
    if name == "noop-on-election":
        return {"noop_on_election": value.boolean()}
    if name == "back-off":
        return {"back_off": value.choice({"by-one": 1, "by-term": 2}).replace("-", "_")}
    return {"max_entries_per_message": value.integer(1, 10_000)}


def read_link(reader: Reader, base: LinkModel) -> LinkModel:
    """A mapping of how links behave."""
    return replace(base, **link_fields(reader.fields((), LINK)))


def link_fields(fields: dict[str, Reader]) -> dict[str, Any]:
    """Fields of core.model.LinkModel."""
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("latency", "jitter"):
            changed[f"{name}_us"] = value.duration()
        elif name in ("loss", "duplicate"):
            changed[f"{name}_ppm"] = _part(value)
        elif name == "reorder":
            changed["reorder"] = value.boolean()
    return changed


def apply_setting(scenario: Scenario, setting: str) -> Scenario:
    """What `--set KEY=VALUE` asks for.

    Raises:
        ScenarioError: the key is unknown or the value can't be.
    """
    key, given, value = setting.partition("=")
    if not given:
        raise ScenarioError(f"--set wants KEY=VALUE, not {setting!r}")
    document = Document(f"{key}: {value}", "--set", ScenarioError)
    fields = document.reader().fields((), ("nodes", "seed", *PARAMETERS, *LINK))
    for name, reader in fields.items():
        if name == "nodes":
            count = reader.integer(1, 9)
            document.finish()
            scenario = scenario.with_nodes(count)
        elif name == "seed":
            scenario = replace(scenario, seed=reader.integer(0))
        elif name in LINK:
            scenario = replace(scenario, link=replace(scenario.link, **link_fields(fields)))
        else:
            scenario = replace(scenario, parameters=read_parameters(document.reader(), scenario.parameters))
    document.finish()
    return scenario


def _range(value: Reader) -> tuple[int, int]:
    """150ms-300ms, or one time for both ends."""
    text = value.text()
    document = Document(f"low: {text.partition('-')[0]}\nhigh: {text.partition('-')[2] or text}", "", ScenarioError)
    parts = document.reader().pairs()
    low, high = parts["low"].duration(), parts["high"].duration()
    if document.problems or low > high or low <= 0:
        value.wrong(f"{value.path!r} should be a time or a range of times such as 150ms-300ms, not {text!r}")
        return 150_000, 300_000
    return low, high


def _part(value: Reader) -> int:
    """A part of one, in parts per million."""
    text = value.text().strip()
    try:
        part = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        value.wrong(f"{value.path!r} should be a part such as 0.1 or 10%, not {text!r}")
        return 0
    return round(part * 1_000_000)
