"""Commit indices whose time nothing tells: held back to where they are certain.

A leader's followers hear of commits in messages, which no log prints. Beside a log alone a WAL tells how far a member
had committed by the end of a term, or of its process, and in which order, but not when: so the records come there, and
until then the commit index isn't known. Polls, and the lines of a server that prints what it applies, tell when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.importers.etcd_wal.payload import HardState, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from raftlab.importers.etcd_wal.landmarks import Landmarks
    from raftlab.importers.fact import Fact


def commits_last(facts: list[Fact], places: list[int], marks: Landmarks) -> tuple[list[Fact], list[int]]:
    """The records and their positions, commit indices at the end of the term and process in which they were written."""
    ordered: list[tuple[Fact, int]] = []
    held: list[Fact] = []
    end = 0
    for fact, place, only_commits in zip(facts, places, _only_commits(facts), strict=True):
        if held and place >= end:
            ordered.extend(_at(held, end, marks))
            held = []
        if only_commits and place >= 0:
            end = marks.end_of_term(place)
            held.append(fact)
        else:
            ordered.append((fact, place))
    ordered.extend(_at(held, end, marks))
    return [fact for fact, _ in ordered], [place for _, place in ordered]


def commits_before_terms(facts: list[Fact], until_us: int) -> list[Fact]:
    """The same where the member wrote no log that is here: before its next term, or at the end of all."""
    ordered: list[Fact] = []
    held: list[Fact] = []
    term = 0
    for fact, only_commits in zip(facts, _only_commits(facts), strict=True):
        if only_commits:
            held.append(fact)
            continue
        state = fact.payload.state if isinstance(fact.payload, Stored | HardState) else None
        if state is not None and state.term > term:
            term = state.term
            for each in held:
                each.at_us = fact.at_us
            ordered.extend(held)
            held = []
        ordered.append(fact)
    for each in held:
        each.at_us = until_us
    return ordered + held


def _only_commits(facts: Iterable[Fact]) -> Iterable[bool]:
    """For each record, whether it raises the commit index and changes neither term nor vote."""
    state = None
    for fact in facts:
        payload = fact.payload
        now = payload.state if isinstance(payload, Stored | HardState) else None
        yield isinstance(payload, HardState) and now == state and not payload.notes
        state = now or state


def _at(held: Iterable[Fact], end: int, marks: Landmarks) -> Iterable[tuple[Fact, int]]:
    last = len(marks.facts) - 1
    for fact in held:
        fact.at_us = marks.facts[min(end, last)].at_us
        yield fact, end - 1
