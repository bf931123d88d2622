"""What can be a person's mistake: a lesson, a scenario, a trace, a query that doesn't say what it should.

Our own mistakes are assertions and crashes; they never live here. The command line turns each of these
into one message on standard error and exit code 2.
"""

from __future__ import annotations


class RaftlabError(Exception):
    """A mistake that a person can mend; `str()` of it is the whole message."""


class Located(RaftlabError):
    """A mistake at a place in a file.

    Args:
        message: what is wrong and what would be right, as a sentence.
        file: the file as the person named it.
        line, column: counted from 1; None when only the file is known.
    """

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


class LessonError(Located):
    """A lesson's files are wrong."""


class ScenarioError(Located):
    """A scenario asks for something that can't be."""


class TraceError(Located):
    """A trace, or a foreign log, can't be read."""


class QueryError(RaftlabError):
    """A predicate isn't one."""


class CommandError(RaftlabError):
    """A command can't be carried out on this cluster."""
