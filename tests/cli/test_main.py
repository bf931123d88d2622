"""The group itself: what a person sees when a command is missing, mistaken, interrupted or no longer read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module

import click
import pytest
from click.testing import CliRunner, Result

from raftlab import __version__
from raftlab.cli import COMMANDS, LazyGroup, main
from raftlab.core.errors import TraceError


def outcome(raising: Callable[[], None]) -> Result:
    """What a group of our kind makes of a command that raises."""
    group = LazyGroup("raftlab", invoke_without_command=True, callback=raising)
    return CliRunner().invoke(group, [])


def raises(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


def test_a_mistake_is_one_message_with_its_place() -> None:
    result = outcome(raises(TraceError("this is no trace", file="a.log", line=3)))

    assert (result.exit_code, result.stderr) == (2, "raftlab: a.log:3: this is no trace\n")
    assert result.stdout == ""


def test_a_file_that_cannot_be_opened_is_one_message() -> None:
    result = outcome(raises(FileNotFoundError(2, "No such file or directory", "gone.ndjson")))

    assert (result.exit_code, result.stderr) == (2, "raftlab: gone.ndjson: No such file or directory\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_silent(error: BaseException) -> None:
    result = outcome(raises(error))

    assert (result.exit_code, result.output) == (130, "")


def test_our_own_mistake_keeps_its_traceback() -> None:
    result = outcome(raises(AssertionError("ours")))

    assert isinstance(result.exception, AssertionError)


def test_a_reader_who_leaves_is_no_error() -> None:
    script = (
        "import click\n"
        "from raftlab.cli import LazyGroup\n"
        "def talk():\n"
        "    for _ in range(100_000): click.echo('one more line')\n"
        "LazyGroup('raftlab', invoke_without_command=True, callback=talk).main([])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.readline()
        ran.stdout.close()
        complaint = ran.stderr.read()

    assert (ran.returncode, complaint) == (0, "")


def test_an_unknown_command_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, ["elect"])

    assert result.exit_code == 2
    assert "No such command 'elect'" in result.stderr


def test_the_version() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_shows_an_example(name: str) -> None:
    entry = COMMANDS[name]

    command = getattr(import_module(entry.module), entry.attribute)
    result = CliRunner().invoke(main, [name, "--help"])

    assert isinstance(command, click.Command)
    assert result.exit_code == 0
    assert f"raftlab {name}" in result.stdout
