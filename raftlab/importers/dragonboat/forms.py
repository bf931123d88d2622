"""What a replica's lines say: one name for each form, and its pieces. Source: the library's own messages, v2 to v4."""

from __future__ import annotations

import re
from typing import Final

_TERM: Final = r"(?P<term>\d{1,18})"
_LATER: Final = r"(?: at term \d+)?"

_FORMS: Final = tuple(
    (name, re.compile(pattern, re.ASCII))
    for name, pattern in (
        ("start", r"raft log rate limit enabled: .*"),
        ("follower", r"became (?:follower|nonVoting|observer|witness)" + _LATER),
        ("pre_candidate", r"became PreVote candidate"),
        ("candidate", r"became candidate" + _LATER),
        ("leader", r"became leader" + _LATER),
        ("cast", rf"cast vote from (?P<peer>n\d+) index \d+ term {_TERM}, log term: \d+"),
        ("cast_pre", rf"cast preVote from (?P<peer>n\d+) index \d+ term {_TERM}, log term: \d+"),
        (
            "rejected",
            rf"rejected vote (?P<peer>n\d+) index\d+ term{_TERM},logterm\d+,grant(?:true|false),utd(?P<utd>true|false)",
        ),
        (
            "rejected_pre",
            rf"rejected preVote (?P<peer>n\d+) index \d+ term {_TERM},logterm \d+, utd (?P<utd>true|false)",
        ),
        ("counted", r"received RequestVoteResp(?P<no> rejection)? from (?P<peer>n\d+)" + _LATER),
        ("counted_pre", r"received RequestPreVoteResp(?P<no> rejection)? from (?P<peer>n\d+)"),
        ("tally", r"received (?P<yes>\d+) votes and (?P<no>\d+) rejections, quorum is (?P<quorum>\d+)"),
        ("dropped_vote", rf"dropped RequestVote at term {_TERM} from (?P<peer>n\d+), leader available"),
        ("higher", rf"received (?P<type>\w+) with higher term \({_TERM}\) from (?P<peer>n\d+)"),
        ("yields", r"become follower(?:KE)? after receiving higher term from (?P<peer>n\d+)"),
        ("append_refused", r"rejected Replicate index (?P<index>\d{1,18}) term \d+ from (?P<peer>n\d+)"),
        ("restoring", rf"starts to restore snapshot index (?P<index>\d{{1,18}}) term {_TERM}"),
        ("quorum_lost", r"has lost quorum"),
        ("progress", r"(?:set|restored) (?:remote|nonVoting|observer|witness) .*"),
    )
)


def form_of(text: str) -> tuple[str, dict[str, str]]:
    """The form's name and its pieces; "note" for whatever else a replica says."""
    for name, pattern in _FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            return name, {key: value for key, value in found.groupdict().items() if value is not None}
    return "note", {}
