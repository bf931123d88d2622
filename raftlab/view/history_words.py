"""What a check of client histories found, in words: the same for the command line and the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.linearizability import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from raftlab.core.linearizability import Verdict


def histories_line(verdicts: Sequence[Verdict], left_out: Mapping[str, str]) -> str:
    """All verdicts in one line: "client histories: linearizable (124 operations)".

    What wasn't checked is said as such: keys that can't be told of, and those at which the search gave up.
    """
    violated = [it for it in verdicts if it.outcome is Outcome.VIOLATED]
    unknown = [key for it in verdicts if it.outcome is Outcome.UNKNOWN for key in it.keys]
    if not verdicts:
        said = "nothing to check"
    elif violated:
        said = f"NOT linearizable ({_keys([key for it in violated for key in it.keys])})"
    elif len(unknown) == sum(len(it.keys) for it in verdicts):
        said = "unknown, the search for an order gave up"
    else:
        said = "linearizable"
    if verdicts:
        count = sum(it.operations for it in verdicts)
        said += f" ({count:,} operation{'s' * (count != 1)})"
    if unknown and not said.startswith("unknown"):
        said += f"; unknown for {_keys(unknown)}"
    if left_out:
        reasons = "; ".join(dict.fromkeys(left_out.values()))
        said += f"; not checked: {_keys(list(left_out))} ({reasons})"
    return f"client histories: {said}"


def _keys(keys: Sequence[str]) -> str:
    """Some keys; of many only the first few."""
    few = ", ".join(keys[:4])
    return f"key {few}" if len(keys) == 1 else f"keys {few}{f' and {len(keys) - 4} more' if len(keys) > 4 else ''}"
