"""`python -m raftlab` is `raftlab`."""

from __future__ import annotations

from raftlab.cli import main

if __name__ == "__main__":
    main(prog_name="raftlab")
