"""Words for clocks that were put right."""

from __future__ import annotations

import pytest

from raftlab.view.clock_words import clock_note, clock_sentences, span


@pytest.mark.parametrize(
    ("time_us", "words"),
    [
        (40_000, "40 ms"),
        (3_240_000, "3.24 s"),
        (90_000_000, "1 min 30 s"),
        (3_600_000_000, "1 h"),
        (3_723_000_000, "1 h 2 min"),
        (90_000_000_000, "1 d 1 h"),
        (12, "12 µs"),
    ],
)
def test_spans(time_us: int, words: str) -> None:
    assert span(time_us) == words


def test_ahead_and_behind() -> None:
    clocks = {"n1": 3_600_000_000, "n2": -5_000_000}

    assert clock_sentences(clocks) == [
        "n1's clock is 1 h ahead of the others; its times are put right",
        "n2's clock is 5 s behind the others; its times are put right",
    ]
    assert clock_note(clocks) == "clocks put right: n1 +1 h, n2 −5 s"
    assert clock_note({}) == ""
