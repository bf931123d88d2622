"""A node's fields as words, in a fixed order; what the source can't tell is left out. Two such lists make a diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.core.times import format_span, format_us
from raftlab.view.command_words import clock_text
from raftlab.view.describe import config_text
from raftlab.view.describe.phrases import read_name
from raftlab.view.message_words import entry_text
from raftlab.view.quorum import need_words
from raftlab.view.regions import cuts

if TYPE_CHECKING:
    from raftlab.core.machine import Machine
    from raftlab.core.model import Cluster, Node, Progress

Facts = dict[str, str]

_MOST_KEYS: Final = 8
"""So many keys of a state machine are shown."""
_LARGE: Final = 2_000
"""A state machine of more keys is only counted: sorting them all at every step would take too long."""


def node_facts(node: Node, now_us: int | None = None) -> Facts:
    """What is known of a node: field to words. Timers show what is left when a time is given."""
    found: Facts = {}
    _add(found, "id", node.id if node.id is not None else UNKNOWN)
    _add(found, "status", node.status if node.status is UNKNOWN else node.status.value)
    _add(found, "role", node.role if node.role is UNKNOWN else _role(node))
    _add(found, "term", node.current_term)
    _add(found, "vote", node.voted_for)
    _add(found, "leader", node.leader)
    _add(found, "commit index", node.commit_index)
    _add(found, "last applied", node.last_applied)
    _add_log(found, node)
    _add_disk(found, node)
    _add_members(found, node)
    if node.votes:
        found["votes"] = ", ".join(f"{name} {'yes' if granted else 'no'}" for name, granted in node.votes.items())
    _add_peers(found, node)
    _add_clients(found, node, now_us)
    _add_timers(found, node, now_us)
    if node.machine is not UNKNOWN and node.machine.revision > 1:
        found["state machine"] = machine_text(node.machine)
    return found


def _role(node: Node) -> str:
    learns = node.config is not UNKNOWN and node.name in node.config.learners
    return f"{node.role.value.replace('_', '-')}{' (a learner: no vote)' if learns else ''}"


def _add_log(found: Facts, node: Node) -> None:
    log = node.log
    if log.last_index is not UNKNOWN:
        term = "" if log.last_term is UNKNOWN else f", term {log.last_term}"
        found["log ends at"] = f"{log.last_index}{term}" if log.last_index else "empty"
    if log.snapshot_index or node.snapshot is not None:
        upto = log.snapshot_index if node.snapshot is None else node.snapshot.index
        kept = f", entries kept from {log.snapshot_index + 1} on" if upto > log.snapshot_index else ""
        found["snapshot up to"] = f"{upto}{kept}"
    if node.receiving is not None:
        found["receiving"] = f"a snapshot up to {node.receiving.index}, {len(node.receiving.text)} characters so far"


def _add_disk(found: Facts, node: Node) -> None:
    disk = node.disk
    if disk is not None:
        vote = "" if disk.vote is None else f", vote for {disk.vote}"
        found["on disk"] = f"log up to {disk.index}, term {disk.term}{vote}"
        if disk.pending is not None:
            found["on its way to disk"] = f"log up to {disk.pending.up_to}, term {disk.pending.term}"
    if node.held:
        found["waiting for the disk"] = f"{len(node.held)} message{'s' * (len(node.held) != 1)}"
    if node.torn:
        found["disk"] = "has lost what it had said was durable"


def _add_members(found: Facts, node: Node) -> None:
    config = node.config
    if config is not UNKNOWN and config.members():
        found["configuration"] = config_text(config)
        if config.outgoing:
            found["majority"] = need_words(config)
        if node.config_index:
            found["configuration is entry"] = str(node.config_index)
    if node.transfer_to is not None:
        found["hands over to"] = node.transfer_to
    if node.catch_up is not None:
        found["catching up"] = ", ".join(
            f"{name} round {number} up to {upto}" if number else f"{name} is ready"
            for name, (number, upto, _) in node.catch_up.rounds.items()
        )


def _add_peers(found: Facts, node: Node) -> None:
    for peer, progress in (node.progress or {}).items():
        found[f"peer {peer}"] = _progress_text(progress)
    if node.role is LEADER:
        for peer, sent_us in (node.acked or {}).items():
            found[f"{peer} followed at"] = f"{format_us(sent_us)} of its own clock"


def _progress_text(progress: Progress) -> str:
    if progress.state == "snapshot":
        return f"match {progress.match_index}, is sent the snapshot up to {progress.pending_snapshot}"
    flying = f", {len(progress.inflight)} unanswered" if progress.inflight else ""
    return f"match {progress.match_index}, next {progress.next_index}, {progress.state}{flying}"


def _add_clients(found: Facts, node: Node, now_us: int | None) -> None:
    if node.waiting:
        found["clients waiting"] = ", ".join(f"{who} for entry {index}" for index, (who, _) in node.waiting.items())
    if node.reads:
        found["reads waiting"] = ", ".join(
            read_name(context, node.name) + ("" if read.index is UNKNOWN else f" (from entry {read.index})")
            for context, read in node.reads.items()
        )
    if node.watches:
        found["watches"] = ", ".join(f"{watch.client} on {watch.key}" for watch in node.watches.values())
    for lease, due_us in node.leases.items():
        left = None if now_us is None else format_span(max(0, due_us - node.clock(now_us)))
        found[f"lease {lease}"] = f"until {format_us(due_us)} of its own clock" if left is None else f"{left} left"


def _add_timers(found: Facts, node: Node, now_us: int | None) -> None:
    for name, timer in (node.timers or {}).items():
        left = format_span(max(0, timer.due_us - now_us)) if now_us is not None else f"due {timer.due_us / 1e6:.3f} s"
        found[f"{name} timer"] = f"{left} left" if now_us is not None else left
    if node.clock_rate_ppm != 1_000_000:
        found["clock"] = f"runs {clock_text(node.clock_rate_ppm)}"


def machine_text(machine: Machine) -> str:
    """A state machine's revision and its first keys: "revision 7: x=3, y=4"."""
    revision, count = f"revision {machine.revision}", len(machine)
    if count > _LARGE:
        return f"{revision}, {count:,} keys"
    shown = ", ".join(f"{key}={value}" for key, value in machine.items()[:_MOST_KEYS])
    more = f", … ({count:,} keys)" if count > _MOST_KEYS else ""
    return f"{revision}: {shown or 'no keys'}{more}"


def log_words(node: Node, most: int = 40) -> list[str]:
    """The newest entries, newest first: "12  term 3  x=7"; below them what is compacted."""
    entries = node.log.tail(most)
    lines = [f"{entry.index:>4}  term {entry.term}  {entry_text(entry)}".rstrip() for entry in reversed(entries)]
    if node.log.snapshot_index and len(entries) < most:
        lines.append(f"{node.log.snapshot_index:>4}  and all before it: in the snapshot")
    return lines


def changes(before: Cluster, after: Cluster) -> list[tuple[str, str, str, str]]:
    """What differs between two states: (where, field, old, new); old or new is "" where there was or is nothing."""
    found: list[tuple[str, str, str, str]] = []
    for name, node in after.nodes.items():
        old = before.nodes.get(name)
        was, now = (node_facts(old) if old else {}), node_facts(node)
        for field in dict.fromkeys([*was, *now]):
            if was.get(field) != now.get(field) and field != "state machine":
                found.append((name, field, was.get(field, ""), now.get(field, "")))
        found.extend(_log_changes(name, old, node))
        found.extend(_machine_changes(name, old, node))
    found.extend(_link_changes(before, after))
    gone, come = before.flights.keys() - after.flights.keys(), after.flights.keys() - before.flights.keys()
    if gone or come:
        found.append(("network", "messages under way", str(len(before.flights)), str(len(after.flights))))
    return found


def _machine_changes(name: str, old: Node | None, node: Node) -> list[tuple[str, str, str, str]]:
    """Which keys differ; of many only how many there are."""
    if old is None or UNKNOWN in (old.machine, node.machine) or old.machine.revision == node.machine.revision:
        return []
    found = [(name, "revision", str(old.machine.revision), str(node.machine.revision))]
    if max(len(old.machine), len(node.machine)) > _LARGE:
        return [*found, (name, "keys", f"{len(old.machine):,}", f"{len(node.machine):,}")]
    was, now = dict(old.machine.items()), dict(node.machine.items())
    differ = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    found += [(name, f"key {key}", was.get(key, ""), now.get(key, "")) for key in differ[:_MOST_KEYS]]
    if len(differ) > _MOST_KEYS:
        found.append((name, "more keys", "", str(len(differ) - _MOST_KEYS)))
    return found


def _log_changes(name: str, old: Node | None, node: Node) -> list[tuple[str, str, str, str]]:
    found = []
    was = {entry.index: entry for entry in old.log.tail(64)} if old else {}
    now = {entry.index: entry for entry in node.log.tail(64)}
    compacted = node.log.snapshot_index
    if len(was) <= 64 and len(now) <= 64:
        for index in sorted(was.keys() | now.keys()):
            one, other = was.get(index), now.get(index)
            if one != other and index > compacted and not _scrolled(index, was, now):
                found.append((name, f"log[{index}]", _entry(one), _entry(other)))
    return found


def _scrolled(index: int, was: dict[int, Any], now: dict[int, Any]) -> bool:
    """Whether an index is missing only because so many newer entries are looked at."""
    return (bool(now) and index < min(now) and len(now) == 64) or (bool(was) and index < min(was) and len(was) == 64)


def _entry(entry: Any) -> str:
    return "" if entry is None else f"term {entry.term} {entry_text(entry)}".rstrip()


def _link_changes(before: Cluster, after: Cluster) -> list[tuple[str, str, str, str]]:
    was, now = cuts(before), cuts(after)
    found = [("link", f"{one} → {other}", "whole", "cut") for one, other in sorted(now - was)]
    return found + [("link", f"{one} → {other}", "cut", "whole") for one, other in sorted(was - now)]


def _add(found: Facts, field: str, value: Any) -> None:
    if value is not UNKNOWN:
        found[field] = "nobody" if value is None else str(value)
