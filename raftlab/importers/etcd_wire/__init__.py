"""Captures of the messages between etcd's members, as a tap on the way sees them: one raftpb.Message a line.

`capture` reads a file, `message` has what one line says and ours for it, `onlooker` what somebody may conclude who sees
nothing but messages, `tellers` turn a line into events.
"""
