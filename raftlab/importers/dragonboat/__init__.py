"""Logs of dragonboat, a multi-group Raft library in Go: its own logger's lines, and the same in zap's JSON."""
