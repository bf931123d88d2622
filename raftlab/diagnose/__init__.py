"""Answers in words, with evidence: what operators ask about a cluster, asked of a trace.

    diagnosis = diagnose(timeline, "run.trace")
    print(as_text(diagnosis, times_of(timeline)))

One pass gathers what matters (`reading` into a `record`), then each module answers some of the questions: `disruption`
(which node disturbs), `reigns` (why leaders went), `leaderless` (how long nobody led, whether two did), `elections`
(who stood, who refused, who was silent), `outages` (processes, quorum, links), `slowness` (and clocks), `contents`
(entries, snapshots, members). `asking` puts them together; `witness` finds the lines that prove them. It works on
events alone: a trace of ours and an imported one are the same. What a source can't tell is said so, or left out;
nothing is guessed.
"""

from __future__ import annotations

from raftlab.diagnose.asking import diagnose
from raftlab.diagnose.finding import Diagnosis, Evidence, Finding
from raftlab.diagnose.rendering import as_markdown, as_text
from raftlab.diagnose.words import Times, times_of

__all__ = ["Diagnosis", "Evidence", "Finding", "Times", "as_markdown", "as_text", "diagnose", "times_of"]
