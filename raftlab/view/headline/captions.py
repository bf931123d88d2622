"""The way from an event and the state after it to its caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.view.describe import describe
from raftlab.view.headline import elections, faults, logs, members, reads
from raftlab.view.headline.lines import rule_line

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.view.headline.lines import Captions


def headline(event: Event, cluster: Cluster) -> tuple[str, str]:
    """What to say of an event, given the state after it: (sentence, rule line). The rule line may be ""."""
    found = _CAPTIONS.get(type(event))
    said = found(event, cluster) if found else None
    return said or (describe(event, cluster), rule_line(event))


_CAPTIONS: Captions = {
    **elections.CAPTIONS, **logs.CAPTIONS, **members.CAPTIONS, **reads.CAPTIONS, **faults.CAPTIONS,
}  # fmt: skip
