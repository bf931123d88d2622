"""The words of raftlab: what a cluster is, what can happen to it, what may be asked of it.

Here live the model (a cluster's state), the events (each with what it does to that state), messages, commands,
scenarios, the rulebook, keyed chance, and the invariants. Nothing here decides what a server does: that is the
engine's. No clock, no file, no thread, no random numbers.
"""
