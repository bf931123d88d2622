"""Other systems' tests, carried out on our engine: etcd-raft's interaction scripts.

Text goes in, verdicts and events come out; nothing here touches a file. The engine decides; what surrounds a node in
etcd (the Ready cycle, storage threads, ticks) is this package's, and so are the manners in which etcd's library differs
from the engine's own.
"""

from raftlab.dialect.run import AGREES, DIFFERS, UNSUPPORTED, Outcome, run_script

__all__ = ["AGREES", "DIFFERS", "UNSUPPORTED", "Outcome", "run_script"]
