"""`raftlab debug`: step through a trace."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from raftlab.cli.output import kind_option, traces_argument
from raftlab.core.errors import TraceError


@click.command(epilog="Example: raftlab debug n1.log n2.log n3.log")
@traces_argument
@kind_option
@click.option("--follow", is_flag=True, help="Go on reading files that grow, as tail -f does.")
def command(traces: tuple[str, ...], kind: str | None, follow: bool) -> None:
    """Step through a trace of ours, or through a real cluster's logs, in the terminal."""
    # Half of what the first screen waits for is importing: nothing of that is garbage, so nobody need look for any.
    gc.disable()
    from raftlab.cli.progress import progress_bar
    from raftlab.session import open_traces
    from raftlab.tui.terminal import has_drawing, require_terminal, take_keys_from_terminal

    for trace in traces:
        if trace != "-" and not Path(trace).exists():
            raise TraceError("there is no such file", file=trace)
    if "-" not in traces or not has_drawing():
        require_terminal("raftlab debug", f"raftlab events {' '.join(traces)} prints the same as text")
    with progress_bar("reading") as progress:
        opened = open_traces(traces, kind, progress, whole=False)
    following = None
    if follow:
        from raftlab.session.following import Following

        following = Following(traces, kind, opened)
    take_keys_from_terminal()
    from raftlab.tui.debug import DebugScreen  # noqa: F401 (imported while the collector rests)
    from raftlab.tui.starting import debug_traces

    gc.freeze()
    gc.enable()

    debug_traces(opened, traces, following)
