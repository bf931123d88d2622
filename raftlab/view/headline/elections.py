"""Captions of elections: how many votes there are and how many it takes; who steps down, who hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.describe import of_term
from raftlab.view.headline.lines import config_of, node_of, rule_line, so_many
from raftlab.view.quorum import count_words, is_quorum, majority_words, need_words, voters_of

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.headline.lines import Captions, Said


def _asks(event: e.BecamePreCandidate, cluster: Cluster) -> Said:
    config = config_of(node_of(event, cluster), cluster)
    need = f" It stands only if {need_words(config)} say yes." if len(voters_of(config)) > 1 else ""
    return f"{event.node} asks whether it could win an election, before anybody's term rises.{need}", rule_line(event)


def _stands(event: e.BecameCandidate, cluster: Cluster) -> Said:
    config = config_of(node_of(event, cluster), cluster)
    need = f" It needs {need_words(config)} votes." if len(voters_of(config)) > 1 else ""
    asked = ", as its leader has asked it to" if event.rule == "take_over" else ""
    term = of_term(_term_of(event, cluster), "in")
    return f"{event.node} stands for election{term}{asked}.{need}", rule_line(event)


def _leads(event: e.BecameLeader, cluster: Cluster) -> Said:
    node = node_of(event, cluster)
    config = config_of(node, cluster)
    yes = {name for name, granted in node.votes.items() if granted} if node is not None else set()
    count = f" with {count_words(config, yes)} votes" if yes else ""
    line = f"{rule_line(event)} · {majority_words(config)}" if yes else rule_line(event)
    return f"{event.node} becomes the leader{of_term(_term_of(event, cluster))}{count}.", line


def _counted(event: e.VoteCounted, cluster: Cluster) -> Said | None:
    node = node_of(event, cluster)
    if node is None:
        return None
    config = config_of(node, cluster)
    yes = {name for name, granted in node.votes.items() if granted}
    end = "A majority." if is_quorum(config, yes) else f"It needs {need_words(config)}."
    who = "" if event.voter == node.name else f" {event.voter} says {'yes' if event.granted else 'no'}."
    what = "pre-votes" if event.pre else "votes"
    return f"{node.name} has {count_words(config, yes)} {what}.{who} {end}", rule_line(event)


def _steps_down(event: e.BecameFollower, cluster: Cluster) -> Said | None:
    if event.rule == "check_quorum":
        return f"{event.node} steps down: no majority has answered it for an election timeout.", rule_line(event)
    if event.rule == "leave_cluster":
        return f"{event.node} steps down: it is not in the new configuration.", rule_line(event)
    return None


def _hands_over(event: e.TransferStarted, cluster: Cluster) -> Said | None:
    if event.target is None:
        return f"{event.node} takes requests again: nobody has taken over in time.", rule_line(event)
    node = node_of(event, cluster)
    behind = 0
    if node is not None and event.target in node.progress and node.log.last_index is not UNKNOWN:
        behind = node.log.last_index - node.progress[event.target].match_index
    lacks = f" {event.target} lacks {so_many(behind)}." if behind > 0 else ""
    return f"{event.node} hands over to {event.target}, and takes no requests meanwhile.{lacks}", rule_line(event)


def _term_of(event: e.BecameCandidate | e.BecameLeader, cluster: Cluster) -> Any:
    node = node_of(event, cluster)
    return event.term if event.term is not UNKNOWN or node is None else node.current_term


CAPTIONS: Captions = {
    e.BecamePreCandidate: _asks, e.BecameCandidate: _stands, e.BecameLeader: _leads, e.VoteCounted: _counted,
    e.BecameFollower: _steps_down, e.TransferStarted: _hands_over,
}  # fmt: skip
"""By kind of event."""
