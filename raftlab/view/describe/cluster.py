"""The cluster and its machines in words: how it begins, what is done to it, what crashes and runs again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.command_words import clock_text, describe_command, parameter_name, parameter_value
from raftlab.view.describe.phrases import capital, listed

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _created(event: e.ClusterCreated, cluster: Cluster | None) -> str:
    count = len(event.nodes)
    if not count:
        return "A recording begins"
    some = len(event.learners)
    learners = f" ({listed(event.learners)} {'is a learner' if some == 1 else 'are learners'})" if some else ""
    modified = f"; it runs modified Raft: {', '.join(event.off)}" if event.off else ""
    return f"A cluster of {count} node{'s' * (count != 1)} begins: {', '.join(event.nodes)}{learners}{modified}"


def _command(event: e.CommandGiven, cluster: Cluster | None) -> str:
    command = event.command
    fields = (getattr(command, field, None) for field in ("node", "client", "target"))
    return capital(describe_command(command), tuple(name for name in fields if name and name != "you"))


def _left_out(event: e.CommandLeftOut, cluster: Cluster | None) -> str:
    return f"Left out (what would be without it?): {describe_command(event.command)}"


def _parameter(event: e.ParameterSet, cluster: Cluster | None) -> str:
    return f"The cluster's {parameter_name(event.name)} is now {parameter_value(event.name, event.value)}"


def _crashed(event: e.NodeCrashed, cluster: Cluster | None) -> str:
    if event.torn:
        return f"{event.node} crashes, and its disk loses what it had said was durable, after entry {event.last_index}"
    lost = []
    if event.last_index is not UNKNOWN:
        lost.append(f"its entries after {event.last_index}" if event.last_index else "its entries")
    if event.term is not UNKNOWN:
        lost.append("its latest term or vote")
    if not lost:
        return f"{event.node} crashes; its term, vote and log stay on disk"
    end = "was not on disk yet, and is lost" if event.last_index is UNKNOWN else "were not on disk yet, and are lost"
    return f"{event.node} crashes; {listed(lost)} {end}"


def _restarted(event: e.NodeRestarted, cluster: Cluster | None) -> str:
    return f"{event.node} starts again from its disk, as a follower"


def _paused(event: e.NodePaused, cluster: Cluster | None) -> str:
    return f"{event.node} stops running; messages wait for it"


def _resumed(event: e.NodeResumed, cluster: Cluster | None) -> str:
    return f"{event.node} runs again, and takes what has waited for it"


def _clock(event: e.ClockChanged, cluster: Cluster | None) -> str:
    return f"The clock of {event.node} runs {clock_text(event.rate_ppm)} from now on"


WORDS: Words = {
    e.ClusterCreated: _created, e.CommandGiven: _command, e.CommandLeftOut: _left_out, e.ParameterSet: _parameter,
    e.NodeCrashed: _crashed, e.NodeRestarted: _restarted, e.NodePaused: _paused, e.NodeResumed: _resumed,
    e.ClockChanged: _clock,
}  # fmt: skip
"""By kind of event."""
