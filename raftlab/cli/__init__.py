"""The command line: a table of commands, each in a module of its own that is loaded when it is asked for.

`raftlab --help` reads only this table, so it answers at once: no command module, and none of the heavy libraries behind
them. To add a command, write `raftlab/cli/<name>.py` with a click command called `command`, and add its line here.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from raftlab import __version__
from raftlab.cli.errors import in_one_message


class Entry(NamedTuple):
    """Where a command stands, and what `--help` says of it."""

    module: str
    attribute: str
    help: str


COMMANDS: Final[dict[str, Entry]] = {
    "learn": Entry("raftlab.cli.learn", "command", "Learn Raft by doing: the interactive tutorial."),
    "lessons": Entry("raftlab.cli.lessons", "command", "List the lessons, or check that each can be solved."),
    "show": Entry("raftlab.cli.show", "command", "Project a cluster for a classroom."),
    "debug": Entry("raftlab.cli.debug", "command", "Step through a trace, ours or a real system's logs."),
    "diagnose": Entry("raftlab.cli.diagnose", "command", "Say what is wrong with a cluster, from its logs."),
    "run": Entry("raftlab.cli.run", "command", "Run a scenario and record its trace."),
    "scenarios": Entry("raftlab.cli.scenarios", "command", "List the scenarios that ship."),
    "import": Entry("raftlab.cli.import_", "command", "Turn a real system's logs into a trace."),
    "state": Entry("raftlab.cli.state", "command", "Print the cluster's state at an event or a time."),
    "events": Entry("raftlab.cli.events", "command", "Print a trace's events, one a line, in words."),
    "why": Entry("raftlab.cli.why", "command", "Print the chain of causes that led to an event."),
    "export": Entry("raftlab.cli.export", "command", "Write a range as Mermaid, SVG, ShiViz, JSON, or an HTML page."),
    "rules": Entry("raftlab.cli.rules", "command", "Print the rules of Raft, and how each can be broken."),
    "soak": Entry("raftlab.cli.soak", "command", "Search for broken invariants with random faults."),
    "bench": Entry("raftlab.cli.bench", "command", "Measure raftlab on this machine."),
}
"""In the order in which `--help` lists them: faces first, then traces, then checks."""


class LazyGroup(click.Group):
    """A click group that knows its commands' names and words, and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            close = get_close_matches(cmd_name, COMMANDS, 1)
            if close:
                ctx.fail(f"there is no command {cmd_name!r}; did you mean {close[0]!r}?")
            return None
        command = getattr(import_module(entry.module), entry.attribute)
        assert isinstance(command, click.Command), f"{entry.module}.{entry.attribute} is no click command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list from the table: click would import every command for its help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a person's mistake becomes one message, before click has its own words for Ctrl+C."""
        with in_one_message():
            return super().invoke(ctx)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="raftlab")
@click.pass_context
def main(context: click.Context) -> None:
    """Learn, teach and debug the Raft consensus algorithm.

    Without a command, raftlab opens its home screen.

    \b
    Examples:
      raftlab learn quorum-math
      raftlab show leader-crash
      raftlab diagnose node1.log node2.log node3.log
      raftlab debug node1.log node2.log node3.log
    """
    if context.invoked_subcommand is None:
        from raftlab.cli.home import home

        home()
