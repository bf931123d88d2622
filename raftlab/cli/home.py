"""`raftlab` alone: the home screen; without a terminal, the tour as plain text."""

from __future__ import annotations

import sys

import click


def home() -> None:
    """Open the home screen, or tell the tour where there is no terminal to draw on."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        from raftlab.tui.starting import home_screen

        home_screen()
        return
    from raftlab.cli.tour import tour

    for line in tour():
        click.echo(line)
