"""Which values will still be looked for, and whether anything else can bring them: what a search had better not lose.

This looks ahead in the history, and only advises. A configuration that has lost a value that somebody still sees is
hopeless; the search leaves such ones for the end instead of finding out the long way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET

from raftlab.core.linearizability.rules import ANY, Rule

What = tuple[str, object]
"""A key and a value."""


class Demand:
    """The looks at each value of a history, and what brings it; all by places in the history."""

    def __init__(self, moments: Sequence[int], rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.answers = {moment >> 1: place for place, moment in enumerate(moments) if moment & 1}
        self.looks: dict[What, tuple[list[int], list[int]]] = {}
        self.brought: dict[What, list[int]] = {}
        for place, moment in enumerate(moments):
            if moment & 1:
                continue
            number = moment >> 1
            for what in rules[number].uses:
                if what[1] is not ANY and number in self.answers:
                    asked, answered = self.looks.setdefault(what, ([], []))
                    asked.append(place)
                    answered.append(self.answers[number])
            for what in rules[number].leaves:
                self.brought.setdefault(what, []).append(place)

    def of(self, waiting: Iterable[int], lost: Iterable[int]) -> tuple[dict[What, int], dict[What, int]]:
        """What operations in flight look for, by the place until which it must come, and how many of them bring what.

        waiting: those that will be answered, in the order of their answers.
        """
        due: dict[What, int] = {}
        supply: dict[What, int] = {}
        for number in waiting:
            for what in self.rules[number].uses:
                if what[1] is not ANY:
                    due.setdefault(what, self.answers[number])
            for what in self.rules[number].leaves:
                supply[what] = supply.get(what, 0) + 1
        for number in lost:
            for what in self.rules[number].leaves:
                supply[what] = supply.get(what, 0) + 1
        return due, supply

    def is_missed(self, what: What, place: int, until: int | None, supply: Mapping[What, int]) -> bool:
        """Whether somebody looks for a value after a place, and nothing in flight or asked later brings it in time.

        until: where the first one in flight that looks for it is answered, None if there is none.
        """
        # A sum that nobody was told may be any value.
        bringing = (what, (what[0], UNSET))
        if any(supply.get(each) for each in bringing):
            return False
        if until is None:
            looks = self.looks.get(what)
            if looks is None:
                return False
            following = bisect_right(looks[0], place)
            if following == len(looks[0]):
                return False
            until = looks[1][following]
        for each in bringing:
            brought = self.brought.get(each, ())
            following = bisect_right(brought, place)
            if following < len(brought) and brought[following] < until:
                return False
        return True
