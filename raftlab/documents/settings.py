"""What a cluster is set to, in the words that people write: parameters, links, disks; and `--set`.

The tables are the only place where a word stands beside what it means: reading, writing and the list of words in
docs/scenarios.md go by them. Words are etcd's where etcd has one (heartbeat-interval, snapshot-count), or those of its
raft library (check-quorum, max-inflight-msgs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from raftlab.core import rulebook
from raftlab.core.errors import ScenarioError
from raftlab.core.model import DiskModel, LinkModel, Parameters
from raftlab.core.scenario import Scenario
from raftlab.core.settings import PRESETS
from raftlab.documents.located import Document, Reader
from raftlab.documents.values import (
    BANDWIDTH,
    BOOLEAN,
    PART,
    SOME_TIME,
    TIME,
    TIMES,
    Kind,
    choice,
    count,
)


class Setting(Struct, frozen=True):
    """What a word stands for: a field of core.settings, or both ends of a range; and its kind of value."""

    kind: Kind
    fields: tuple[str, ...]

    def write(self, values: Sequence[Any]) -> str:
        """Its value in YAML, from the values of its fields."""
        return self.kind.write(values[0] if len(self.fields) == 1 else tuple(values))


PARAMETERS: Final[dict[str, Setting]] = {
    "election-timeout": Setting(TIMES, ("election_timeout_min_us", "election_timeout_max_us")),
    "heartbeat-interval": Setting(SOME_TIME, ("heartbeat_interval_us",)),
    "noop-on-election": Setting(BOOLEAN, ("noop_on_election",)),
    "pre-vote": Setting(BOOLEAN, ("pre_vote",)),
    "pre-vote-heeds-leader": Setting(BOOLEAN, ("pre_vote_heeds_leader",)),
    "check-quorum": Setting(BOOLEAN, ("check_quorum",)),
    "back-off": Setting(choice("by_one", "by_term"), ("back_off",)),
    "max-entries-per-message": Setting(count(1, 10_000), ("max_entries_per_message",)),
    "max-inflight-msgs": Setting(count(), ("max_inflight",)),
    "batch-delay": Setting(TIME, ("batch_delay_us",)),
    "separate-heartbeats": Setting(BOOLEAN, ("separate_heartbeats",)),
    "forward-proposals": Setting(BOOLEAN, ("forward_proposals",)),
    "max-request-bytes": Setting(count(1), ("max_request_bytes",)),
    "membership": Setting(choice("joint", "single"), ("membership",)),
    "auto-leave": Setting(BOOLEAN, ("auto_leave",)),
    "catch-up-rounds": Setting(count(), ("catch_up_rounds",)),
    "config-on": Setting(choice("append", "apply"), ("config_on",)),
    "read-mode": Setting(choice("log", "read_index", "lease"), ("read_mode",)),
    "clock-drift": Setting(PART, ("clock_drift_ppm",)),
    "snapshot-count": Setting(count(), ("snapshot_count",)),
    "snapshot-catchup-entries": Setting(count(), ("catch_up_entries",)),
    "snapshot-chunk": Setting(count(), ("snapshot_chunk",)),
    "disk-write": Setting(TIME, ("disk_write_us",)),
    "disk-fsync": Setting(TIME, ("disk_fsync_us",)),
    "disk-fsync-jitter": Setting(TIME, ("disk_fsync_jitter_us",)),
}
"""The words for core.settings.Parameters."""

PRESET: Final = "preset"
"""A word among the parameters: the set of them that the others change (core.settings.PRESETS)."""

LINK: Final[dict[str, Setting]] = {
    "latency": Setting(TIME, ("latency_us",)),
    "jitter": Setting(TIME, ("jitter_us",)),
    "loss": Setting(PART, ("loss_ppm",)),
    "duplicate": Setting(PART, ("duplicate_ppm",)),
    "reorder": Setting(BOOLEAN, ("reorder",)),
    "distribution": Setting(choice("uniform", "exponential", "normal", "pareto"), ("distribution",)),
    "bandwidth": Setting(BANDWIDTH, ("bandwidth",)),
}
"""The words for core.settings.LinkModel."""

DISK: Final[dict[str, Setting]] = {
    "write": Setting(TIME, ("write_us",)),
    "fsync": Setting(TIME, ("fsync_us",)),
    "jitter": Setting(TIME, ("jitter_us",)),
}
"""The words for core.settings.DiskModel."""

_DISK_PARAMETERS: Final = {"write": "disk-write", "fsync": "disk-fsync", "jitter": "disk-fsync-jitter"}
"""Of `disk:`, which is a shorter way to set three parameters."""


def read_words(fields: Mapping[str, Reader], words: Mapping[str, Setting]) -> dict[str, Any]:
    """What some words say, by the fields that they stand for. Words of no table are left to others."""
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        if name in words:
            setting = words[name]
            read = setting.kind.read(value)
            changed.update(zip(setting.fields, (read,) if len(setting.fields) == 1 else read, strict=True))
    return changed


def read_parameters(reader: Reader | None, base: Parameters, disk: Reader | None = None) -> Parameters:
    """Parameters from what stands under `parameters:` and under `disk:`; what isn't said stays as in the base."""
    fields = {} if reader is None else reader.fields((), (PRESET, *PARAMETERS))
    for name, value in ({} if disk is None else disk.fields((), DISK)).items():
        word = _DISK_PARAMETERS[name]
        if word in fields:
            (value.key or value).wrong(f"this is the parameter {word!r}, which stands above already; keep one")
        fields[word] = value
    if PRESET in fields:
        base = PRESETS[fields[PRESET].choice(PRESETS)]
    result = replace(base, **read_words(fields, PARAMETERS))
    for words, message in troubles(result):
        at = next((fields[word] for word in (*words, PRESET) if word in fields), reader)
        if at is not None:
            at.wrong(message)
    return result


def troubles(it: Parameters) -> list[tuple[tuple[str, ...], str]]:
    """What is wrong with parameters together: the words in which it lies, and what would be right."""
    found: list[tuple[tuple[str, ...], str]] = []
    shortest_us, beat_us = it.election_timeout_min_us, it.heartbeat_interval_us
    if beat_us >= shortest_us:
        found.append(
            (
                ("heartbeat-interval", "election-timeout"),
                f"a heartbeat every {TIME.write(beat_us)} can't keep an election timeout of {TIME.write(shortest_us)} "
                "from running out; it should be shorter",
            )
        )
    drift = it.clock_drift_ppm
    lease_us = shortest_us * (1_000_000 - drift) // (1_000_000 + drift)
    if it.read_mode == "lease" and lease_us <= beat_us < shortest_us:
        found.append(
            (
                ("clock-drift", "read-mode", "election-timeout", "heartbeat-interval"),
                f"clocks that may drift by {PART.write(drift)} leave a lease of {TIME.write(lease_us)}: it is over "
                f"before the next heartbeat ({TIME.write(beat_us)}) can renew it; allow for less drift, or choose a "
                "longer election-timeout or read-mode read-index",
            )
        )
    return found


def read_link(reader: Reader, base: LinkModel) -> LinkModel:
    """A mapping of how links behave; what isn't said stays as in the base."""
    return replace(base, **read_words(reader.fields((), LINK), LINK))


def read_disk(reader: Reader, base: DiskModel) -> DiskModel:
    """A mapping of how a disk behaves; what isn't said stays as in the base."""
    return replace(base, **read_words(reader.fields((), DISK), DISK))


def wrong_variant(name: str) -> str:
    """Why there is no broken variant of that name, and what there is; "" if there is one."""
    known = rulebook.VARIANT_IDS
    if name in known:
        return ""
    close = get_close_matches(name, known, 1)
    there = f"there are {', '.join(sorted(known))}" if known else "none ship yet"
    return f"there is no variant {name!r}; " + (f"did you mean {close[0]!r}?" if close else there)


def apply_setting(scenario: Scenario, setting: str) -> Scenario:
    """What `--set KEY=VALUE` asks for.

    Raises:
        ScenarioError: the key is unknown or the value can't be.
    """
    return apply_settings(scenario, (setting,))


def apply_settings(scenario: Scenario, settings: Sequence[str]) -> Scenario:
    """What several `--set KEY=VALUE` ask for. A preset comes first, so that the others change it; that they go together
    is looked at when all are known.

    Raises:
        ScenarioError: a key is unknown, or a value can't be.
    """
    presets = [setting for setting in settings if setting.partition("=")[0].strip() == PRESET]
    for setting in (*presets, *(setting for setting in settings if setting not in presets)):
        scenario = _apply(scenario, setting)
    wrong = troubles(scenario.parameters)
    if settings and wrong:
        raise ScenarioError("\n".join(message for _, message in wrong), file="--set")
    return scenario


def _apply(scenario: Scenario, setting: str) -> Scenario:
    key, given, value = setting.partition("=")
    if not given:
        raise ScenarioError(f"--set wants KEY=VALUE, not {setting!r}")
    document = Document(f"{key}: {value}", "--set", ScenarioError)
    fields = document.reader().fields((), ("nodes", "seed", PRESET, *PARAMETERS, *LINK))
    for name, reader in fields.items():
        if name == "nodes":
            nodes = reader.integer(1, 9)
            document.finish()
            scenario = scenario.with_nodes(nodes)
        elif name == "seed":
            scenario = replace(scenario, seed=reader.integer(0))
        elif name == PRESET:
            scenario = replace(scenario, parameters=PRESETS[reader.choice(PRESETS)])
    link = replace(scenario.link, **read_words(fields, LINK))
    parameters = replace(scenario.parameters, **read_words(fields, PARAMETERS))
    document.finish()
    return replace(scenario, link=link, parameters=parameters)
