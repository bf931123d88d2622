"""Whoever sits in the last row can read every text."""

from __future__ import annotations

import pytest

from raftlab.view.looks import GLYPHS, Look
from raftlab.view.palette import (
    CONTRAST,
    TERM_COLOURS,
    THEMES,
    Theme,
    contrast,
    mix,
    pattern_on,
    rgb,
    term_colour,
    term_pattern,
    text_on,
)

READABLE = 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_is_readable_on_every_ground(theme: Theme) -> None:
    for ground in (theme.ground, theme.panel):
        for text in (theme.ink, theme.muted, theme.gold_text, theme.bad_text):
            assert contrast(text, ground) >= READABLE, (text, ground)
    for region in (theme.can, theme.cannot):
        for text in (theme.ink, theme.muted):
            assert contrast(text, region) >= READABLE, (text, region)
    assert contrast(theme.pill_text, theme.pill) >= READABLE


def test_text_is_readable_on_every_term() -> None:
    for term in range(30):
        colour = term_colour(term)
        assert contrast(text_on(colour), colour) >= READABLE
        assert contrast(text_on(colour), pattern_on(colour)) >= READABLE


def test_shapes_stand_out_from_their_ground() -> None:
    """WCAG asks 3:1 of shapes that carry meaning."""
    for theme in THEMES.values():
        assert contrast(theme.gold, theme.ground) >= 3
        assert contrast(theme.bad, theme.ground) >= 3
        assert contrast(theme.muted, theme.track) >= 3


def test_themes_are_called_as_the_command_line_calls_them() -> None:
    assert list(THEMES) == ["dark", "light", "high-contrast"]


def test_high_contrast_is_higher() -> None:
    assert contrast(CONTRAST.ink, CONTRAST.ground) == pytest.approx(21)
    assert contrast(CONTRAST.muted, CONTRAST.ground) >= 7


def test_terms_that_share_a_colour_differ_in_pattern() -> None:
    seen = {(term_colour(term), term_pattern(term)) for term in range(1, 25)}
    assert len(seen) == 24
    assert term_colour(7) == TERM_COLOURS[0]
    assert term_pattern(7) != term_pattern(1)


def test_mixing() -> None:
    assert mix("#000000", "#FFFFFF", 0) == "#000000"
    assert mix("#000000", "#FFFFFF", 1) == "#FFFFFF"
    assert rgb("#0072B2") == (0, 114, 178)


def test_every_look_has_a_glyph_of_its_own() -> None:
    assert set(GLYPHS) == set(Look)
    assert len(set(GLYPHS.values())) == len(Look)
