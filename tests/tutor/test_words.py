"""text.en.md: checked against lesson.yaml both ways."""

from __future__ import annotations

import pytest

from raftlab.core.errors import LessonError
from tests.tutor.small import TEXT, small


def test_words_are_read_by_step() -> None:
    _, words = small()

    assert words.title == "A small lesson"
    assert words.summary == "For tests."
    assert "# no heading, but code" in words.steps["hello"].text
    assert words.steps["quorum"].hints == ("more than half", "two")
    wrong = {"": "Count again.", "1": "One is not more than half.", "3": "Not all of them."}
    assert words.steps["quorum"].wrong == wrong
    assert words.steps["crash-one"].options == {"stops": "It stops.", "goes-on": "It goes on."}
    assert words.steps["stop-it"].goal == "an entry waits"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("## hello", "## hallo", 8, "unknown section 'hallo'; did you mean 'hello'?"),
        ("## hello", "## hallo", 61, "there is no section '## hello'; lesson.yaml:5 has that step"),
        ("## quorum", "## leader", 20, "the section 'leader' stands here twice (first in line 15)"),
        ("### goal\nthere is a leader\n", "", 15, "'leader' lacks '### goal'"),
        ("### hint\ntwo\n", "", 20, "'quorum' has 1 hints here, and 2 in lesson.yaml:9"),
        ("### wrong 3\n", "### wrong 4\n", 34, "unknown section 'wrong 4'"),
        ("### wrong 3\n", "### wrong 4\n", 20, "'quorum' lacks '### wrong 3'"),
        ("### option stops\n", "### option stop\n", 41, "unknown section 'option stop'; did you mean 'option stops'?"),
        ("### wrong no-leader\nThe leader is gone.\n", "", 50, "'stop-it' lacks '### wrong no-leader'"),
        ("### right\nStopped.\n", "### right\n", 56, "'### right' is empty"),
        ("Good morning.\n\n```\n# no heading, but code\n```\n", "", 8, "'hello' has no text"),
        ("# A small lesson\n", "", 1, "text before the title"),
        ("# A small lesson\n", "", 1, "a lesson has one title, in its first line"),
        ("For tests.\n", "", 1, "after the title there should be one sentence"),
        ("### three\nThree servers\n", "", 4, "'## clusters' lacks '### three': the cluster's title"),
        ("## clusters\n### three\nThree servers\n", "", 1, "there is no section '## clusters'"),
        ("## clusters\n", "", 4, "### stands under no ##"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(right: str, wrong: str, line: int, message: str) -> None:
    assert right in TEXT

    with pytest.raises(LessonError) as caught:
        small(text=TEXT.replace(right, wrong, 1))

    told = [each for each in str(caught.value).splitlines() if each.startswith(f"text.en.md:{line}: ")]
    assert any(message in each for each in told), str(caught.value)


def test_an_empty_file_says_all_that_is_missing() -> None:
    with pytest.raises(LessonError) as caught:
        small(text="")

    assert "a lesson has one title" in str(caught.value)
    assert str(caught.value).count("there is no section") == 6
