"""What a member's lines say: one name for each form, and its pieces. Source: the library's own messages, 2019 on."""

from __future__ import annotations

import re
from typing import Final

_PEER: Final = r"(?P<peer>\{[^{}]+\})"
_TERM: Final = r"(?P<term>\d{1,18})"
_AT: Final = r"(?:indexterm|\{index, term\}) \{\d+,\d+\}"

_FORMS: Final = tuple(
    (name, re.compile(pattern, re.DOTALL | re.ASCII))
    for name, pattern in (
        ("state", rf"(?P<old>[a-z_]+) -> (?P<new>[a-z_]+) in term: {_TERM}(?: machine version:.*)?"),
        ("called", rf"election called for in term {_TERM}"),
        ("pre_called", rf"pre_vote election called for in term {_TERM}"),
        ("granted", rf"granting vote for {_PEER} with last {_AT} ?for term {_TERM} previous term was \d+"),
        ("pre_granted", rf"granting pre-vote for {_PEER} .*?for term {_TERM} previous term (?:was )?\d+"),
        ("declined", rf"declining vote for {_PEER} for term {_TERM},.*"),
        ("declined_old", rf"declining vote to {_PEER} for term (?P<asked>\d{{1,18}}), current term {_TERM}"),
        (
            "declined_voted",
            rf"follower request_vote_rpc for {_PEER} already voted for (?P<other>\{{[^{{}}]+\}}) in {_TERM}",
        ),
        ("pre_declined", rf"declining pre-vote for {_PEER} for term {_TERM},.*"),
        ("pre_declined_old", rf"declining pre-vote to {_PEER} for term (?P<asked>\d{{1,18}}), current term {_TERM}"),
        ("pre_declined_version", rf"declining pre-vote for {_PEER} (?:for protocol|their machine) version .*"),
        ("detected", rf"detected a new leader {_PEER} in term {_TERM}"),
        ("abdicates", r"leader saw (?P<what>\w+) (?:from (?P<peer>\{[^{}]+\}) )?for term \d+ abdicates term: \d+!"),
    )
)


def form_of(text: str) -> tuple[str, dict[str, str]] | None:
    """The form's name and its pieces; None if the text is of no form."""
    text = text.strip()
    for name, pattern in _FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            return name, {key: value for key, value in found.groupdict().items() if value is not None}
    return None
