"""Space-time diagrams: a lane for each node, time along it, messages as arrows from lane to lane (Lamport, 1978).

    n1 ──●──────────────●───      a moment: what a node does at one instant, one row of the picture
          ╲            ╱
    n2 ────●──────────●─────      an arrow: a message, from the moment that sends it to the one that it reaches

Pure layout, for the terminal and for the vector picture alike: rows and lanes are numbers, nothing here knows a cell
or a pixel. `window_at` and `window_between` look at some events of a timeline and say which moments and arrows there
are to see; `relations` says which events happened before one, which after it, and which neither.
"""

from __future__ import annotations

from raftlab.view.space_time.arrows import Arrow, Fate
from raftlab.view.space_time.lanes import LaneState, lanes_that_fit
from raftlab.view.space_time.moments import Moment
from raftlab.view.space_time.order import Relation, prepare, relation_of, relations
from raftlab.view.space_time.window import Row, Window, taking_part, window_at, window_between
from raftlab.view.space_time.words import moment_sign, moment_words

__all__ = [
    "Arrow", "Fate", "LaneState", "Moment", "Relation", "Row", "Window", "lanes_that_fit", "moment_sign",
    "moment_words", "prepare", "relation_of", "relations", "taking_part", "window_at", "window_between",
]  # fmt: skip
