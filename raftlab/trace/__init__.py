"""Recorded events: how they are written and read, and how any position of a trace is reached at once.

A Timeline is the one thing that the faces look at. It never asks where its events came from. Nothing here knows the
engine: a trace of ours and one of a real cluster are the same.
"""

from raftlab.trace.codec import TraceHeader
from raftlab.trace.timeline import Timeline

__all__ = ["Timeline", "TraceHeader"]
