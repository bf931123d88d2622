"""What a range of a trace becomes outside raftlab: a diagram, a picture, a log for another tool, a page that steps.

Each form is a function of (timeline, range) that gives text; nothing here opens a file. `html` makes the page, whose
states are computed here: the page itself knows nothing of Raft.
"""
