"""The world around the servers: time, network, machines, clients; and what is done to them.

Simulated time is integer microseconds. Nothing here knows a real clock, a file, a thread or a random number: chance is
keyed (core.chance), and every draw stands in an event.
"""

from raftlab.sim.simulation import Simulation

__all__ = ["Simulation"]
