"""The debugger: watches with their last change, and states compared from a mark."""

from __future__ import annotations

from raftlab.core.log import Entry, Log
from raftlab.tui.prompt import Prompt
from raftlab.tui.rows import Rows
from raftlab.tui.state_diff import cluster_lines, entry_changes, entry_lines
from tests.tui.screens import debugger, recorded, showing, words_in, words_on
from tests.tui.test_debug_breaks import screen_of, type_in


def changes_of(text: str) -> list[int]:
    """Where an expression's value differs from the event before, state by state."""
    from raftlab.trace.expression import Expression

    expression, timeline = Expression(text), recorded()
    values = [expression.value(timeline.state(at), timeline.event(at)) for at in range(len(timeline))]
    return [at for at in range(len(values)) if at == 0 or values[at] != values[at - 1]]


async def test_a_watch_shows_its_value_and_goes_to_its_changes() -> None:
    places = changes_of("n4.commit")
    async with showing(debugger) as (app, pilot):
        session = screen_of(app).session
        await pilot.press("x")
        assert "v watches a value" in words_in(app, "#keys")
        await type_in(pilot, "v", "n4.commit")
        assert "n4.commit  not known" in words_in(app, "#watches")

        await pilot.press("x", "x")
        assert session.position == places[1]
        assert "n4.commit is now 1" in words_in(app, "#keys")
        assert "1  was 0  changes here" in words_in(app, "#watches")
        await pilot.press("n")
        assert f"1  since {places[1]:,} at" in words_in(app, "#watches")
        await pilot.press("X", "X", "X")
        assert session.position == places[0]
        assert "no earlier change" in words_in(app, "#keys")


async def test_the_last_change_is_known_far_from_it_without_waiting_for_a_key() -> None:
    place = changes_of("len(leaders)")[-1]
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "v", "len(leaders)")
        await pilot.press("end")
        for _ in range(60):
            if screen_of(app)._looking is None:
                break
            await pilot.pause(0.05)

        assert f"1  since {place:,} at" in words_in(app, "#watches")


async def test_watches_are_changed_deleted_and_gone_to_in_their_window() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "v", "leader")
        await type_in(pilot, "v", "n4.term")
        screen = screen_of(app)
        await pilot.press("V")
        await pilot.pause()
        assert isinstance(app.screen, Rows)
        assert "n4.term" in words_on(app)
        await pilot.press("down", "right")
        await pilot.pause()
        assert screen.session.position == 0

        await pilot.press("V")
        await pilot.pause()
        await type_in(pilot, "e", "n4.commit")
        assert [it.words for it in screen.bench.watches.all] == ["n4.commit", "n4.term"]
        await pilot.press("V", "d", "d", "escape")
        assert not screen.bench.watches.all


async def test_a_mistake_in_a_watch_is_told_in_its_prompt() -> None:
    async with showing(debugger) as (app, pilot):
        await type_in(pilot, "v", "n4.colour")

        assert isinstance(app.screen, Prompt)
        assert "a node has no 'colour'" in str(app.screen.query_one("#prompt-hint").render())


async def test_the_mark_compares_any_two_positions_and_is_taken_away() -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        await pilot.press("M")
        assert "nothing is marked" in words_in(app, "#keys")
        screen.seek(50)
        await pilot.press("m")
        screen.bring("diff")
        screen.seek(1_450)
        await pilot.pause()

        diff = words_in(app, "#diff")
        assert "from event 50 (the mark)" in diff
        assert "to event 1,450 (here)" in diff
        assert "1 → 2" in diff
        assert "commit index" in diff
        await pilot.press("M")
        assert screen.session.position == 50
        assert "⚑ the mark" in words_in(app, "#caption")
        assert "⚑" in words_in(app, "#events")
        await pilot.press("m", "n")
        assert "from event" not in words_in(app, "#diff")


async def test_the_mark_may_lie_ahead() -> None:
    async with showing(debugger) as (app, pilot):
        screen = screen_of(app)
        screen.seek(1_450)
        await pilot.press("m", "home")
        screen.bring("diff")
        await pilot.pause()

        assert "from before event 0 (here)" in words_in(app, "#diff")
        assert "to event 1,450 (the mark)" in words_in(app, "#diff")


def entries(*terms: int, first: int = 1) -> list[Entry]:
    return [Entry(index, term, text=f"x={index}") for index, term in enumerate(terms, first)]


def said(old: Log, new: Log) -> list[str]:
    return ["".join(piece.text for piece in line).strip() for line in entry_lines(entry_changes(old, new))]


def test_entries_are_told_as_added_removed_and_overwritten() -> None:
    assert said(Log(entries(1, 1)), Log(entries(1, 1, 2))) == ["log[3]  + term 2 x=3"]
    assert said(Log(entries(1, 1, 1)), Log(entries(1))) == [
        "log[2]  - term 1 x=2  removed",
        "log[3]  - term 1 x=3  removed",
    ]
    assert said(Log(entries(1, 1)), Log(entries(1, 3))) == ["log[2]  term 1 x=2 → term 3 x=2  overwritten"]
    assert said(Log(entries(1, 1)), Log(entries(1, 1))) == []


def test_many_entries_alike_are_told_in_one_line() -> None:
    old, new = Log(entries(1, *[2] * 300)), Log(entries(1, *[3] * 300, *[3] * 1_000))

    assert said(old, new) == [
        "log[2 … 301]  300 entries of term 2 → 300 entries of term 3  overwritten",
        "log[302 … 1,301]  + 1,000 entries of term 3",
    ]


def test_what_one_of_them_has_compacted_is_not_told_as_a_difference() -> None:
    old, new = Log(entries(1, 1, 1, 1)), Log(entries(1, 1, first=3), snapshot_index=2, snapshot_term=1)

    assert said(old, new) == []


def test_logs_with_holes_are_compared_by_index() -> None:
    old = Log([Entry(3, 1), Entry(7, 1)])
    new = Log([Entry(3, 1), Entry(5, 1), Entry(7, 2)])

    assert [(change.index, change.fate[0]) for change in entry_changes(old, new)] == [
        (5, "added"),
        (7, "overwritten"),
    ]


def test_a_difference_says_no_more_than_differs() -> None:
    timeline = recorded()
    state = timeline.state(900)

    assert cluster_lines(state, timeline.state(900)) == []
    for at in range(0, len(timeline), 331):
        cluster_lines(timeline.state(-1), timeline.state(at))
        cluster_lines(timeline.state(at), timeline.state(len(timeline) - 1))
