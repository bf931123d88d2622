"""A node's fields as words, in a fixed order; what the source can't tell is left out. Two such lists make a diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core.log import UNKNOWN
from raftlab.core.times import format_span
from raftlab.view.describe import config_text
from raftlab.view.message_words import entry_text
from raftlab.view.regions import cuts

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Node

Facts = dict[str, str]


def node_facts(node: Node, now_us: int | None = None) -> Facts:
    """What is known of a node: field to words. Timers show what is left when a time is given."""
    found: Facts = {}
    _add(found, "id", node.id if node.id is not None else UNKNOWN)
    _add(found, "status", node.status if node.status is UNKNOWN else node.status.value)
    _add(found, "role", node.role if node.role is UNKNOWN else node.role.value.replace("_", "-"))
    _add(found, "term", node.current_term)
    _add(found, "vote", node.voted_for)
    _add(found, "leader", node.leader)
    _add(found, "commit index", node.commit_index)
    _add(found, "last applied", node.last_applied)
    log = node.log
    if log.last_index is not UNKNOWN:
        term = "" if log.last_term is UNKNOWN else f", term {log.last_term}"
        found["log ends at"] = f"{log.last_index}{term}" if log.last_index else "empty"
    if log.snapshot_index:
        found["snapshot up to"] = str(log.snapshot_index)
    if node.votes:
        found["votes"] = ", ".join(f"{name} {'yes' if granted else 'no'}" for name, granted in node.votes.items())
    for peer, progress in (node.progress or {}).items():
        found[f"peer {peer}"] = f"match {progress.match_index}, next {progress.next_index}, {progress.state}"
    for name, timer in (node.timers or {}).items():
        left = format_span(max(0, timer.due_us - now_us)) if now_us is not None else f"due {timer.due_us / 1e6:.3f} s"
        found[f"{name} timer"] = f"{left} left" if now_us is not None else left
    if node.waiting:
        found["clients waiting"] = ", ".join(f"{who} for entry {index}" for index, (who, _) in node.waiting.items())
    if node.machine:
        found["state machine"] = ", ".join(f"{key}={value}" for key, value in node.machine.items())
    if node.config is not UNKNOWN and node.config.voters:
        found["configuration"] = config_text(node.config)
    return found


def log_words(node: Node, most: int = 40) -> list[str]:
    """The newest entries, newest first: "12  term 3  x=7"."""
    entries = node.log.tail(most)
    return [f"{entry.index:>4}  term {entry.term}  {entry_text(entry)}".rstrip() for entry in reversed(entries)]


def changes(before: Cluster, after: Cluster) -> list[tuple[str, str, str, str]]:
    """What differs between two states: (where, field, old, new); old or new is "" where there was or is nothing."""
    found: list[tuple[str, str, str, str]] = []
    for name, node in after.nodes.items():
        old = before.nodes.get(name)
        was, now = (node_facts(old) if old else {}), node_facts(node)
        for field in dict.fromkeys([*was, *now]):
            if was.get(field) != now.get(field):
                found.append((name, field, was.get(field, ""), now.get(field, "")))
        found.extend(_log_changes(name, old, node))
    found.extend(_link_changes(before, after))
    gone, come = before.flights.keys() - after.flights.keys(), after.flights.keys() - before.flights.keys()
    if gone or come:
        found.append(("network", "messages under way", str(len(before.flights)), str(len(after.flights))))
    return found


def _log_changes(name: str, old: Node | None, node: Node) -> list[tuple[str, str, str, str]]:
    found = []
    was = {entry.index: entry for entry in old.log.tail(64)} if old else {}
    now = {entry.index: entry for entry in node.log.tail(64)}
    if len(was) <= 64 and len(now) <= 64:
        for index in sorted(was.keys() | now.keys()):
            one, other = was.get(index), now.get(index)
            if one != other and not (one is None and now and index < min(now)) and not _scrolled(index, was, now):
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
