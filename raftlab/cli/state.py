"""`raftlab state`: how the cluster stood at an event or a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from raftlab.cli.output import (
    format_option,
    json_time,
    kind_option,
    parse_time,
    print_json,
    shown_time,
    traces_argument,
    warn_of_source,
)
from raftlab.core.errors import RaftlabError

if TYPE_CHECKING:
    from raftlab.core.model import Cluster, Node
    from raftlab.session import Opened


@click.command(epilog="Example: raftlab state n1.log n2.log n3.log --time 2026-11-23T19:50:36.070Z --format json")
@traces_argument
@click.option("--event", "events", multiple=True, type=int, metavar="N", help="After this event (may be repeated).")
@click.option("--time", "times", multiple=True, metavar="T", help="At this time (may be repeated).")
@click.option("--times", "times_file", type=click.File("r"), metavar="FILE", help="At the times in FILE, one a line.")
@click.option("--log", "log", type=click.IntRange(0), metavar="N", help="The last N entries of each log only.")
@kind_option
@format_option
def command(
    traces: tuple[str, ...],
    events: tuple[int, ...],
    times: tuple[str, ...],
    times_file: Any,
    log: int | None,
    kind: str | None,
    form: str,
) -> None:
    """Show the state after an event, or at a time; at the end if neither is given."""
    from raftlab.session import open_traces

    opened = open_traces(traces, kind)
    timeline = opened.timeline
    warn_of_source(timeline, form)
    if times_file is not None:
        for line in times_file:
            asked = line.strip()
            if asked:
                position = timeline.index_at(parse_time(asked, timeline))
                show(opened, position, log or 0, form, {"asked": asked})
        return
    positions = [_checked(position, len(timeline)) for position in events]
    positions += [timeline.index_at(parse_time(text, timeline)) for text in times]
    if not positions:
        positions = [len(timeline) - 1]
    if form == "json" and len(positions) > 1:
        print_json([document(opened, position, log) for position in positions])
        return
    for position in positions:
        show(opened, position, log, form, {})


def _checked(position: int, length: int) -> int:
    if not -1 <= position < length:
        raise RaftlabError(f"there is no event {position}; the events are 0 to {length - 1} (-1: before any)")
    return position


def show(opened: Opened, position: int, log: int | None, form: str, more: dict[str, Any]) -> None:
    """Print the state at a position."""
    found = {**document(opened, position, log), **more}
    print_json(found) if form == "json" else _print_text(found, opened)


def document(opened: Opened, position: int, log: int | None) -> dict[str, Any]:
    """The state at a position, as the contract wants it; `log`: how many entries of each log (None: all)."""
    timeline = opened.timeline
    cluster = timeline.state(position)
    knows = timeline.header.knows
    found: dict[str, Any] = {"event": position}
    time = json_time(timeline.time_of(position), timeline.header.unit) if position >= 0 else None
    if time is not None:
        found["time"] = time
    found["knows"] = list(knows)
    found["nodes"] = {name: node_document(node, log, knows) for name, node in cluster.nodes.items()}
    if cluster.links or timeline.header.source == "raftlab":  # a log doesn't tell of links
        found["links_cut"] = [
            [source, target] for source, ways in cluster.links.items() for target, link in ways.items() if link.cut
        ]
    if "messages" in knows:
        found["in_flight"] = len(cluster.flights)
    config = _config(cluster)
    if config is not None:
        found["config"] = config
    found["broken_invariants"] = [
        {"invariant": broken.invariant, "event": broken.position, "text": broken.text}
        for broken in opened.broken_until(position)
    ]
    return found


def node_document(node: Node, log: int | None, knows: tuple[str, ...]) -> dict[str, Any]:
    """One node; what the source can't tell is left out, and so is what a crashed node has not."""
    from raftlab.core.log import UNKNOWN
    from raftlab.core.model import CRASHED, LEADER, REMOVED

    running = node.status not in (CRASHED, REMOVED)
    values: dict[str, Any] = {
        "id": UNKNOWN if node.id is None else node.id,
        "status": node.status if node.status is UNKNOWN else node.status.value,
        "role": UNKNOWN if not running or node.role is UNKNOWN else node.role.value,
        "term": node.current_term,
        "vote": node.voted_for,
        "leader": node.leader if running else UNKNOWN,
        "commit": node.commit_index if running else UNKNOWN,
        "applied": node.last_applied if running else UNKNOWN,
        "last_index": node.log.last_index,
        "last_term": node.log.last_term,
    }
    if "entries" in knows and log != 0:
        entries = node.log.tail(len(node.log) if log is None else log)
        values["log"] = [[entry.index, entry.term, entry.kind, entry.text] for entry in entries]
    if node.log.last_index is not UNKNOWN:
        # A snapshot may reach further than what is compacted: entries are kept for peers that are a little behind.
        values["snapshot_index"] = node.log.snapshot_index if node.snapshot is None else node.snapshot.index
    if running and node.role is LEADER and node.progress:
        values["progress"] = {
            peer: {"match": it.match_index, "next": it.next_index, "state": it.state}
            for peer, it in node.progress.items()
        }
    return {name: value for name, value in values.items() if value is not UNKNOWN}


def _config(cluster: Cluster) -> dict[str, Any] | None:
    """The configuration in force: the leader's, else the one of whoever has the newest term.

    A server that has just joined knows of none yet, so it isn't asked while anybody else can tell.
    """
    from raftlab.core.log import UNKNOWN

    leader = cluster.leader()
    nodes = sorted(
        (node for node in cluster.nodes.values() if node.config is not UNKNOWN),
        key=lambda node: (
            bool(node.config.voters), node is leader, 0 if node.current_term is UNKNOWN else node.current_term,
        ),
    )  # fmt: skip
    if not nodes:
        return None
    config = nodes[-1].config
    return {"voters": list(config.voters), "outgoing": list(config.outgoing), "learners": list(config.learners)}


def _print_text(found: dict[str, Any], opened: Opened) -> None:
    timeline = opened.timeline
    position = found["event"]
    when = shown_time(timeline.time_of(position), timeline.header.unit) if position >= 0 else "before any event"
    click.echo(f"event {position} of {len(timeline)} · {when}")
    rows = [["node", "status", "role", "term", "vote", "leader", "commit", "last", "log"]]
    for name, node in found["nodes"].items():
        last = f"{node['last_index']}:{node.get('last_term', '?')}" if "last_index" in node else ""
        entries = " ".join(f"{index}:{term}{'' if kind == 'normal' else kind[0]}" for index, term, kind, _ in
                           node.get("log", [])[-12:])  # fmt: skip
        rows.append([name, *(_word(node, field) for field in ("status", "role", "term", "vote", "leader", "commit"))])
        rows[-1] += [last, _log_start(node) + entries]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if "config" in found:
        click.echo(f"members: {_members(found['config'])}")
    if found.get("links_cut"):
        click.echo("cut: " + ", ".join(f"{source} -> {target}" for source, target in found["links_cut"]))
    for broken in found["broken_invariants"]:
        click.echo(f"BROKEN at event {broken['event']}: {broken['invariant']}: {broken['text']}")


def _members(config: dict[str, Any]) -> str:
    """The members in words: both halves of a joint configuration, and who is a learner."""
    from raftlab.core.model import Config
    from raftlab.view.describe import config_text

    return config_text(Config(tuple(config["voters"]), tuple(config["outgoing"]), tuple(config["learners"])))


def _log_start(node: dict[str, Any]) -> str:
    """What stands before the entries that are shown: a snapshot, or more of them."""
    if len(node.get("log", [])) > 12:
        return "… "
    return f"[snapshot up to {node['snapshot_index']}] " if node.get("snapshot_index") else ""


def _word(node: dict[str, Any], field: str) -> str:
    if field not in node:
        return ""
    return "nobody" if node[field] is None else str(node[field])
