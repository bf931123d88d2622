"""Files that grow while the debugger looks at them."""

from __future__ import annotations

from pathlib import Path

import pytest

from raftlab.core.errors import TraceError
from raftlab.session import open_traces
from raftlab.session.following import Following, same_place
from raftlab.tui.starting import debug_screen
from tests.importers.recordings import COPY, logs
from tests.tui.screens import WIDE, showing, words_on

LINES = 60


def halves(folder: Path) -> tuple[list[Path], list[bytes]]:
    """The copy's logs with only their first half written, and what is still to come."""
    paths, rest = [], []
    for log in logs(COPY):
        lines = log.read_bytes().splitlines(keepends=True)
        cut = len(lines) // 2
        paths.append(folder / log.name)
        paths[-1].write_bytes(b"".join(lines[:cut]))
        rest.append(b"".join(lines[cut:]))
    return paths, rest


def grow(paths: list[Path], rest: list[bytes]) -> None:
    for path, more in zip(paths, rest, strict=True):
        with path.open("ab") as file:
            file.write(more)


def test_logs_that_grow_are_read_anew_and_the_rest_costs_nothing(tmp_path: Path) -> None:
    paths, rest = halves(tmp_path)
    names = [str(path) for path in paths]
    following = Following(names, None, open_traces(names))

    assert following.look() is None
    before = len(following.opened.timeline)
    grow(paths, rest)
    found = following.look()

    assert found is not None
    assert len(found.timeline) == len(open_traces(names).timeline) > before
    assert following.look() is None


def test_a_place_is_found_again(tmp_path: Path) -> None:
    paths, rest = halves(tmp_path)
    names = [str(path) for path in paths]
    old = open_traces(names).timeline
    grow(paths, rest)
    new = open_traces(names).timeline

    for position in range(len(old)):
        place = same_place(position, old, new)
        if old.origin(position) is not None:
            assert new.origin(place) == old.origin(position)
            assert type(new.event(place)) is type(old.event(position))


def test_a_trace_of_ours_goes_on_where_it_ended(tmp_path: Path) -> None:
    whole = tmp_path / "whole.trace"
    from raftlab.trace.writer import TraceWriter

    timeline = open_traces([str(path) for path in logs(COPY)]).timeline
    with TraceWriter(whole, timeline.header) as writer:
        for position, event in enumerate(timeline):
            writer.append(event, timeline.origin(position))
    lines = whole.read_bytes().splitlines(keepends=True)
    growing = tmp_path / "growing.trace"
    growing.write_bytes(b"".join(lines[:100]))
    following = Following([str(growing)], None, open_traces([str(growing)]))

    with growing.open("ab") as file:
        file.write(b"".join(lines[100:]))

    assert following.look() is following.opened
    assert len(following.opened.timeline) == len(timeline)
    assert following.look() is None


def test_standard_input_is_read_once() -> None:
    opened = open_traces([str(logs(COPY)[0])])

    with pytest.raises(TraceError, match="standard input can't be followed"):
        Following(["-"], None, opened)


@pytest.mark.parametrize("at_end", [True, False])
async def test_the_screen_goes_along_only_at_the_end(at_end: bool, tmp_path: Path) -> None:
    paths, rest = halves(tmp_path)
    names = [str(path) for path in paths]
    opened = open_traces(names)
    screen = debug_screen(opened, names, Following(names, None, opened))
    async with showing(lambda: screen, WIDE) as (app, pilot):
        await pilot.press("end" if at_end else "home", "right")
        assert "following" in words_on(app)
        before, position = len(screen.session.timeline), screen.session.position
        grow(paths, rest)
        for _ in range(60):
            await pilot.pause(0.1)
            if len(screen.session.timeline) > before:
                break

        await pilot.pause()
        length = len(screen.session.timeline)
        assert length > before
        assert screen.session.position == (length - 1 if at_end else position)
