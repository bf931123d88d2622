"""Did the cluster behave like one machine? Client histories, and whether they are linearizable (dissertation 6.3, 6.4).

`check(operations)` gives a verdict for each key; `History` collects the operations from a trace. The checker believes
nobody: it looks at what clients asked and were told, and at nothing inside the cluster.
"""

from __future__ import annotations

from raftlab.core.linearizability.check import STEPS, check, partitions
from raftlab.core.linearizability.evidence import Overwritten, overwritten
from raftlab.core.linearizability.history import NOBODY, History
from raftlab.core.linearizability.operation import Operation, Outcome, Value, Verdict

__all__ = [
    "NOBODY", "STEPS", "History", "Operation", "Outcome", "Overwritten", "Value", "Verdict", "check", "overwritten",
    "partitions",
]  # fmt: skip
