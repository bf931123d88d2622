"""The checker: what must never happen in a Raft cluster, watched over history, from events alone.

It shares no code with the engine and believes nobody: it keeps its own logs, terms, votes, disks and machines, and
looks at the past, not at one state only. What it holds true:

- the paper's five (Figure 3): Election Safety, Leader Append-Only, Log Matching, Leader Completeness, State Machine
  Safety;
- Monotonic Term, Monotonic Commit, Monotonic Match: these never fall on a server that runs;
- Vote Once: nobody gives two candidates of one term a vote, not even with a crash in between;
- Election Quorum, Quorum Commit, Joint Quorum: what a leader needs a majority for, it has one for, in both halves of a
  joint configuration; a vote was really given, and what is committed is really on those disks;
- Own Term: only an entry of the leader's own term commits by counting (5.4.2);
- Candidate Term: nobody who stands holds an entry of the term that it stands in, and once somebody wins a term, there
  is no entry of that term anywhere yet;
- Linearizable Read: no such read is older than what some client knew before it was asked;
- At Most Once: what a client asks for takes effect once, however often it asks.

`branches` has the logs, `mirror` what is known of one server; the other files each hold some of the invariants, and
`checker` puts them together.

What an invariant needs must have been told: from an imported trace, whose ClusterCreated names no nodes, only the
paper's five and Vote Once are asked.
"""

from __future__ import annotations

from raftlab.core.invariants.broken import Broken
from raftlab.core.invariants.checker import Checker

__all__ = ["Broken", "Checker"]
