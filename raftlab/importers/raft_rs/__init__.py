"""Logs of raft-rs, the library in TiKV: its structured lines, read as those of the library that it was ported from."""
