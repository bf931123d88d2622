"""Whether a cluster lives is told by the writes that clients ask for late."""

from __future__ import annotations

import pytest

from raftlab.core.events import ClientAnswered, ClientAsked
from raftlab.sim.liveness import LateWrites, costs_life


def late_writes(asked: int, answered: int, outcome: str = "ok", reads: str | None = None) -> LateWrites:
    """Of a run of 30 s: ten early writes that nobody answers, `asked` late ones, and the first of them answered."""
    found = LateWrites(30_000_000)
    for number in range(10):
        found.observe(ClientAsked(19_000_000, "n1", None, None, "c1", number, "x=1"))
    for number in range(10, 10 + asked):
        found.observe(ClientAsked(20_000_000, "n1", None, None, "c1", number, "x=1", reads=reads))
    for number in range(10, 10 + answered):
        found.observe(ClientAnswered(21_000_000, "n1", None, None, "c1", number, outcome, 0))
    return found


def test_nine_of_ten_is_life_and_less_is_none() -> None:
    assert late_writes(10, 9).lives
    assert not late_writes(10, 8).lives


def test_what_was_asked_before_the_last_third_doesnt_count() -> None:
    assert (late_writes(4, 3).asked, late_writes(4, 3).done) == (4, 3)


def test_a_refusal_is_no_answer_and_a_read_no_write() -> None:
    assert late_writes(5, 5, "refused").done == 0
    assert late_writes(5, 0, reads="linearizable").asked == 0


def test_a_request_that_is_repeated_counts_once() -> None:
    found = late_writes(3, 3)
    found.observe(ClientAsked(25_000_000, "n2", None, None, "c1", 10, "x=1"))

    assert (found.asked, found.done) == (3, 3)


def test_where_nobody_asks_nothing_is_claimed() -> None:
    found = late_writes(0, 0)

    assert found.lives
    assert found.part_done is None
    assert "nothing is known of life" in found.words()


@pytest.mark.parametrize(("answered", "words"), [(0, "none was"), (1, "1 was"), (3, "3 were")])
def test_words(answered: int, words: str) -> None:
    said = late_writes(5, answered).words()

    assert said == f"of 5 writes asked for in the last third of the run, {words} carried out"


def test_only_what_breaks_nothing_else_costs_life() -> None:
    assert costs_life(["vote-twice", "same-timeout"])
    assert not costs_life(["vote-twice"])
    assert not costs_life([])
