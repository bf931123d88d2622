"""What a person sees when something can't be done: one message on standard error, and no traceback.

Mistakes that a person can mend (`RaftlabError`, a file that can't be opened) end with exit code 2, as click's own usage
errors do. Ctrl+C ends quietly with 130, and a reader who has seen enough (`raftlab events ... | head`) is no error at
all. Our own mistakes keep their traceback: hiding it would hide the mistake.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from raftlab.core.errors import RaftlabError

MISTAKE = 2
INTERRUPTED = 130


@contextmanager
def in_one_message() -> Iterator[None]:
    """Turns a person's mistake inside the block into one message and an exit code."""
    try:
        yield
        sys.stdout.flush()  # a reader who left is noticed here, not at the interpreter's exit
    except BrokenPipeError:
        _forget_output()
        raise SystemExit(0) from None
    except (KeyboardInterrupt, click.Abort):
        raise SystemExit(INTERRUPTED) from None
    except RaftlabError as error:
        _say(str(error))
        raise SystemExit(MISTAKE) from None
    except OSError as error:
        _say(_in_words(error))
        raise SystemExit(MISTAKE) from None


def _say(message: str) -> None:
    click.echo(f"raftlab: {message}", err=True)


def _in_words(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _forget_output() -> None:
    """Sends what is still buffered nowhere, so that the interpreter's last flush doesn't complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
