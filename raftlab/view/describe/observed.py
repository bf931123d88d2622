"""What an importer or the checker says, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.view.describe.phrases import config_text

if TYPE_CHECKING:
    from raftlab.core.model import Cluster
    from raftlab.view.describe.phrases import Words


def _observed(event: e.NodeObserved, cluster: Cluster | None) -> str:
    said = []
    if event.status is not UNKNOWN:
        said.append(event.status.value)
    if event.role is not UNKNOWN:
        said.append(event.role.value.replace("_", "-"))
    for value, words in (
        (event.term, "term {}"),
        (event.vote, "voted for {}"),
        (event.leader, "leader {}"),
        (event.commit, "commit {}"),
        (event.applied, "applied {}"),
        (event.last_index, "log up to {}"),
    ):
        if value is not UNKNOWN:
            said.append(words.format("nobody" if value is None else value))
    if event.config is not UNKNOWN:
        said.append(f"members {config_text(event.config)}")
    if event.unknown:
        said.append(f"from here on its {', '.join(event.unknown).replace('_', ' ')} can't be told")
    return f"{event.node} is seen: {', '.join(said) or 'it is there'}"


def _noted(event: e.SourceNoted, cluster: Cluster | None) -> str:
    return f"{event.node}: {event.text}" if event.node else event.text or "The source says nothing"


def _broken(event: e.InvariantBroken, cluster: Cluster | None) -> str:
    return f"{event.invariant} is broken: {event.text}"


WORDS: Words = {e.NodeObserved: _observed, e.SourceNoted: _noted, e.InvariantBroken: _broken}
"""By kind of event."""
