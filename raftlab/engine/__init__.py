"""The algorithm: what a server does when a message comes, a timer runs out, a client asks.

Rules read `step.node` and change it only by `step.emit(event)`. Nothing here knows a network, a clock or a seed:
sending, timing and chance are handed in (see step.World).
"""

from raftlab.engine.rules import Rules
from raftlab.engine.step import Step, World, receive, timer_fired

__all__ = ["Rules", "Step", "World", "receive", "timer_fired"]
