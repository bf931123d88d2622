"""Reading polls: each line a JSON object, what one member answered.

What an answer says was true at some moment between the question and the answer; the middle of them is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from raftlab.importers.etcd_status.poll import Poll
from raftlab.importers.etcd_wire.capture import time_of
from raftlab.importers.etcd_wire.message import MOST
from raftlab.importers.fact import Fact
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names
    from raftlab.importers.source import Progress, Source

KIND: Final = "etcd-status"
TITLE: Final = "what etcd's members answered when they were polled (one JSON object each)"

CLOCK: Final = "poller"

_LONGEST_US: Final = 3_600_000_000


def recognises(head: bytes) -> bool:
    """Whether a file that begins so is one of these: objects with a time, a member, and its answer or an error."""
    return any(_looks_so(line) for line in head.splitlines()[:200])


def _looks_so(line: bytes) -> bool:
    return (
        line.lstrip().startswith(b"{")
        and b'"t":' in line
        and (b'"n":' in line or b'"id":' in line)
        and (b'"raft":' in line or b'"error":' in line or b'"applied":' in line)
        and b'"type":' not in line
    )


def gather(
    source: Source, number: int, report: FileReport, names: Names, progress: Progress | None = None
) -> list[Stream]:
    """The polls of one file (see etcd_cluster.Part), a stream for each member.

    Raises:
        TraceError: the file breaks off.
    """
    decode = msgspec.json.Decoder(Poll, strict=False).decode
    members: dict[str, list[Fact]] = {}
    ids: dict[str, str] = {}
    line = 0
    for line, text in source.lines(progress):
        try:
            poll = decode(text)
        except msgspec.ValidationError:
            report.skip("JSON, but no poll: it needs a time, a member, and numbers where numbers belong")
            continue
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            report.skip("not JSON")
            continue
        fact = _fact(poll, number, line)
        if isinstance(fact, str):
            report.skip(fact)
            continue
        if poll.id and poll.n and poll.id != poll.n:
            ids[poll.n] = poll.id
            names.say(poll.id, poll.n)
        fact.node = poll.id or ids.get(poll.n, poll.n)
        members.setdefault(poll.n or poll.id, []).append(fact)
    report.lines = line
    for name, facts in members.items():
        for fact in facts:
            if fact.node == name:
                fact.node = ids.get(name, name)
    return [Stream(facts, clock=CLOCK) for facts in members.values()]


def _fact(poll: Poll, number: int, line: int) -> Fact | str:
    """The fact, or why there is none."""
    at_us = time_of(poll.t)
    if at_us is None:
        return "no time that can be read in it"
    if not (poll.n or poll.id):
        return "it doesn't say which member was asked"
    took_us = round(poll.dt * 1_000_000) if 0 <= poll.dt < _LONGEST_US / 1_000_000 else 0
    fact = Fact(number, line, max(0, at_us - took_us // 2), str(poll.t), "", "poll", payload=poll)
    if poll.error:
        fact.form, fact.at_us = "poll_error", at_us
    elif poll.raft is not None:
        if not poll.raft.is_possible():
            return "a state that no member has"
    elif poll.leader is None and poll.index is None and poll.applied is None:
        return "neither an answer nor an error"
    elif not all(0 <= number < MOST for number in (poll.index or 0, poll.applied or 0)):
        return "a state that no member has"
    return fact
