"""Regular expressions that a person or a file gives: groups in either spelling, mistakes told with their place."""

from __future__ import annotations

import re

from raftlab.core.errors import TraceError


def python_spelling(text: str) -> str:
    """`(?<name>...)`, as JavaScript, Go and others write a named group, in Python's spelling."""
    return re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", text)


def compiled(text: str, file: str, line: int, column: int | None = None) -> re.Pattern[str]:
    """A regular expression, ^ and $ at every line.

    Raises:
        TraceError: it isn't one.
    """
    try:
        return re.compile(python_spelling(text.strip()), re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise TraceError(
            f"{text.strip()!r} is no regular expression: {error}", file=file, line=line, column=column
        ) from None
