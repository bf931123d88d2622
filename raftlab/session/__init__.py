"""What a person looks at and acts on: lanes of timelines under one time, live or recorded.

Faces hold no Raft facts and run no simulation: they read a session's states and give it commands.
"""

from raftlab.session.lane import Lane
from raftlab.session.opening import Opened, open_scenario, open_traces
from raftlab.session.session import Session

__all__ = ["Lane", "Opened", "Session", "open_scenario", "open_traces"]
