"""Opening what a person names: a trace of ours, foreign logs, a scenario."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.content import data_path
from raftlab.core.errors import ScenarioError, TraceError
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from raftlab.core.invariants import Broken
    from raftlab.core.scenario import Scenario
    from raftlab.importers import FileReport

_FIRST_STEPS: Final = ("healthy-cluster", "leader-crash", "split-vote", "symmetric-partition", "lagging-follower")
"""The scenarios to begin with, in their order; in all other topics the titles give it."""

_OURS = b'{"raftlab_trace"'


class Opened(Struct):
    """A timeline, and what there is to say of its source. `broken`: what the checker found in an imported one."""

    timeline: Timeline
    files: list[FileReport]
    broken: list[Broken]

    def broken_until(self, position: int) -> list[Broken]:
        """The invariants that are broken at a position: by the trace's own events, or found on import."""
        from raftlab.core.events import InvariantBroken
        from raftlab.core.invariants.broken import Broken

        found = list(self.broken)
        for at in self.timeline.postings("InvariantBroken"):
            event = self.timeline.event(at)
            assert isinstance(event, InvariantBroken)
            found.append(Broken(event.invariant, at, event.text))
        return [broken for broken in found if broken.position <= position]


def open_traces(
    paths: Sequence[str],
    kind: str | None = None,
    progress: Callable[[float], bool | None] | None = None,
    *,
    whole: bool = True,
) -> Opened:
    """Open a trace of ours (one file), or foreign files as the nodes of one cluster ("-": standard input).

    Args:
        whole: False returns as soon as the first events of a trace of ours are there; the caller loads the rest.

    Raises:
        TraceError: a file isn't there, or can't be understood.
    """
    if "-" in paths:
        with _standard_input() as file:
            return open_traces([file if path == "-" else path for path in paths], kind, progress, whole=whole)
    if kind is None and any(is_ours(path) for path in paths):
        if len(paths) > 1:
            raise TraceError(f"a raftlab trace holds a whole cluster; open it alone, not with {len(paths) - 1} others")
        timeline = Timeline.open(paths[0])
        if whole:
            timeline.load(progress)
        return Opened(timeline, [], [])
    # Here, because a trace of ours needs neither: its first screen shall come at once.
    from raftlab.core.invariants import Checker
    from raftlab.importers import read

    imported = read(paths, kind, None if progress is None else _parts(progress))
    skipped: dict[str, int] = {}
    for report in imported.files:
        for reason, count in report.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
    kinds = sorted({report.kind for report in imported.files if report.kind != "unknown"})
    header = TraceHeader(
        VERSION,
        source="+".join(kinds),
        nodes=tuple(imported.nodes),
        unit=imported.unit,
        knows=tuple(imported.knows),
        skipped=skipped,
        clocks=imported.clocks,
    )
    timeline = Timeline(header)
    checker = Checker()
    for position, (event, origin) in enumerate(zip(imported.events, imported.origins, strict=True)):
        timeline.append(event, origin)
        checker.observe(position, event)
    return Opened(timeline, imported.files, checker.broken)


def is_ours(path: str) -> bool:
    """Whether a file begins like a trace of ours (packed or not)."""
    import gzip

    try:
        with open(path, "rb") as file:
            start = file.read(len(_OURS))
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                start = packed.read(len(_OURS))
    except (OSError, EOFError):
        return False
    return start == _OURS


@contextmanager
def _standard_input() -> Iterator[str]:
    """Standard input, as a file that can be read twice; it is gone when it has been read."""
    import shutil
    import sys
    import tempfile

    with tempfile.NamedTemporaryFile(prefix="stdin-", suffix=".log") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield file.name


def scenario_names() -> list[str]:
    """The scenarios that ship, by their names; `shipped_scenarios` has them in the order to teach them."""
    return sorted(path.stem for path in data_path("lessons", "scenarios").glob("*.yaml"))


def shipped_scenarios() -> list[Scenario]:
    """The scenarios that ship, read, in the order in which one would teach them: topic by topic.

    Raises:
        ScenarioError: one of their files has mistakes.
    """
    from raftlab.core.scenario import TOPICS

    def order(it: Scenario) -> tuple[int, int, str]:
        topic = TOPICS.index(it.topic) if it.topic in TOPICS else len(TOPICS)
        step = _FIRST_STEPS.index(it.name) if it.name in _FIRST_STEPS else len(_FIRST_STEPS)
        return topic, step, it.title.casefold()

    return sorted((open_scenario(name) for name in scenario_names()), key=order)


def open_scenario(name: str) -> Scenario:
    """A scenario by its name, or from a file.

    Raises:
        ScenarioError: there is none of that name, or the file has mistakes.
    """
    from difflib import get_close_matches

    from raftlab.documents import read_scenario

    path = Path(name)
    if not path.suffix and not path.exists():
        path = data_path("lessons", "scenarios", f"{name}.yaml")
        if not path.exists():
            names = scenario_names()
            close = get_close_matches(name, names, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(names)}"
            raise ScenarioError(f"there is no scenario {name!r} and no such file; {hint}")
        return read_scenario(path.read_text("utf-8"), name, path.name)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError("this isn't text; a scenario is a YAML file", file=name) from None
    except FileNotFoundError:
        raise ScenarioError("there is no such file", file=name) from None
    except IsADirectoryError:
        raise ScenarioError("this is a directory; a scenario is a YAML file", file=name) from None
    return read_scenario(text, path.stem, name)


def _parts(progress: Callable[[float], bool | None]) -> Callable[[int, int], None]:
    """Importers count; people want a part of the whole."""

    def show(done: int, total: int) -> None:
        progress(done / max(1, total))

    return show
