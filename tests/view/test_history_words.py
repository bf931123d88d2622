"""What a check of client histories found, in one line."""

from __future__ import annotations

from raftlab.core.linearizability import Outcome, Verdict
from raftlab.view.history_words import histories_line


def verdict(key: str, outcome: Outcome = Outcome.LINEARIZABLE, operations: int = 3) -> Verdict:
    return Verdict((key,), outcome, operations, operations, "words")


def test_a_history_that_is_linearizable_says_how_much_was_looked_at() -> None:
    assert histories_line([verdict("x"), verdict("y")], {}) == "client histories: linearizable (6 operations)"
    assert histories_line([verdict("x", operations=1)], {}) == "client histories: linearizable (1 operation)"


def test_a_violation_names_its_keys() -> None:
    said = histories_line([verdict("x"), verdict("y", Outcome.VIOLATED)], {})

    assert said == "client histories: NOT linearizable (key y) (6 operations)"


def test_what_isnt_known_is_never_called_linearizable() -> None:
    unknown = verdict("y", Outcome.UNKNOWN)

    assert histories_line([unknown], {}) == "client histories: unknown, the search for an order gave up (3 operations)"
    assert histories_line([verdict("x"), unknown], {}).endswith("linearizable (6 operations); unknown for key y")
    assert "NOT linearizable" in histories_line([verdict("x", Outcome.VIOLATED), unknown], {})


def test_keys_that_cant_be_told_of_are_named_the_first_few() -> None:
    said = histories_line([], {f"k{number}": "it ends with a lease" for number in range(6)})

    assert (
        said == "client histories: nothing to check; not checked: keys k0, k1, k2, k3 and 2 more (it ends with a lease)"
    )
