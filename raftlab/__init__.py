"""raftlab: learn, teach and debug the Raft consensus algorithm.

Whatever happens to a cluster is a sequence of small immutable events, and the cluster's state is the fold of those
events. Importing this package costs nothing: ask for the part that you need.
"""

from __future__ import annotations

__version__ = "0.1.0"
