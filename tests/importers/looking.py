"""Looking at an import: its events of a kind, and the state at its end."""

from __future__ import annotations

import pytest

from raftlab.core.events import Event
from raftlab.core.model import Cluster
from raftlab.importers import Imported, read
from tests.importers.recordings import NO_SHARED, SHARED, logs


def of(imported: Imported, kind: type[Event], node: str | None = None) -> list[Event]:
    return [event for event in imported.events if type(event) is kind and node in (None, event.node)]


def state_of(imported: Imported) -> Cluster:
    cluster = Cluster.empty()
    cluster.fold(imported.events)
    return cluster


def recording(name: str) -> Imported:
    if not (SHARED / "etcd" / name).exists():
        pytest.skip(NO_SHARED)
    return read(logs(SHARED / "etcd" / name))
