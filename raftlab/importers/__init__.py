"""Foreign logs and traces become ours: the same events that the engine emits.

What lives here: one module for each kind of source, and what several of them share (raft_*.py: etcd's raft lines,
whatever envelope they came in). What must never: a guess. A source that can't tell something leaves it UNKNOWN, and a
line that becomes no event is counted with its reason.
"""

from raftlab.importers.imported import FileReport, Imported
from raftlab.importers.registry import KINDS, detect, read

__all__ = ["KINDS", "FileReport", "Imported", "detect", "read"]
