"""Which message on the wire is which line of a log: the sender's, the receiver's, or both.

A line and a message belong together if they agree in kind, way, and what else tells two apart (a vote's term, the index
of refused entries). Several such are told apart by time: the nearest is taken, none that is further away than an
election takes; but what there is only once between the same two belongs together whatever the clocks say. A sending
that the wire shows goes into the log's place with all that the wire shows of it; then the receipt waits for it.

Messages also wait for the lines without which they could not have been sent: the sender's coming into that term, or to
lead it.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from raftlab.importers.etcd_wire.message import BY_LEADER, FROM_LEADER, PRE, WITHOUT_TERM, Wire
from raftlab.importers.etcd_wire.onlooker import OF_OBSERVERS
from raftlab.importers.pairing import arrived_key, sent_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from raftlab.importers.fact import Fact
    from raftlab.importers.names import Names
    from raftlab.importers.pairing import Key
    from raftlab.importers.stream import Stream

EARLIER_US: Final = 2_000_000
"""A message passes the tap at most so long after it was sent, or before it arrives."""

SLACK_US: Final = 3_000
"""Stamps of one machine in milliseconds, by several threads."""
LATER_US: Final = 1_050_000
"""Logs of whole seconds, cut off, may show a sending so long after the tap saw the message; and the reverse."""

_ONCE_A_TERM: Final = frozenset({"MsgVote", "MsgVoteResp"})
_ROLES: Final = frozenset({"became_follower", "became_candidate", "became_pre_candidate", "became_leader"})

Passing = dict["Key", list["Fact"]]


def settle_names(streams: Iterable[Stream], names: Names) -> None:
    """Give members their ids where an observer's file tells names only, and another file whose they are."""
    for stream in streams:
        for fact in stream.facts:
            if fact.form in OF_OBSERVERS:
                fact.node = names.identifier(fact.node)
                fact.args = tuple(names.identifier(each) for each in fact.args)


def join(streams: Sequence[Sequence[Fact]]) -> None:
    """Link the messages of wire captures with the lines of logs, whose own links have been made before."""
    wires = sorted((it for facts in streams for it in facts if it.form == "wire"), key=attrgetter("at_us"))
    if not wires:
        return
    logs = sorted((it for facts in streams for it in facts if it.form not in OF_OBSERVERS), key=attrgetter("at_us"))
    by_key, by_term = _tables(wires)
    for fact in logs:
        key = sent_key(fact)
        if key is not None:
            _join_sending(fact, key, by_key)
    for fact in logs:
        if fact.sending is None:
            key = arrived_key(fact)
            passed = _nearest(fact, key, by_key.get(key, ()), "arrival") if key is not None else None
            if passed is None and fact.form in ("higher_term", "lower_term"):
                _, kind, sender, term = fact.args
                key = kind, sender, fact.node, term
                passed = _nearest(fact, key, by_term.get(key, ()), "arrival")
            if passed is None and fact.form == "append_rejected":
                key = "MsgApp", fact.args[4], fact.node, f"{fact.args[3]} after {fact.args[2]}"
                passed = _nearest(fact, key, by_key.get(key, ()), "arrival")
            if passed is not None:
                passed.arrival, fact.sending = fact, passed
                fact.needs = (*fact.needs, passed)
    _wait_for_terms(wires, logs)
    _hear_of_leaders(by_term, logs)


def wire_key(fact: Fact) -> Key | None:
    """What a log's line of this message would have for its key."""
    wire: Wire = fact.payload
    kind, sender, to = wire.type, fact.node, fact.args[0]
    match kind:
        case "MsgVote" | "MsgVoteResp":
            return kind, sender, to, str(wire.term)
        case "MsgPreVote" | "MsgPreVoteResp" | "MsgTimeoutNow":
            return kind, sender, to, ""
        case "MsgSnap":
            return kind, "", to, ""
        case "MsgAppResp" if wire.reject:
            return kind, sender, to, str(wire.index)
        case "MsgApp":
            return kind, sender, to, f"{wire.index} after {wire.log_term}"
    return None


def _tables(wires: Iterable[Fact]) -> tuple[Passing, Passing]:
    by_key: Passing = {}
    by_term: Passing = {}
    for fact in wires:
        key = wire_key(fact)
        if key is not None:
            by_key.setdefault(key, []).append(fact)
        wire = fact.payload
        by_term.setdefault((wire.type, fact.node, fact.args[0], str(wire.term)), []).append(fact)
    return by_key, by_term


def _join_sending(sent: Fact, key: Key, by_key: Passing) -> None:
    """The line of a sending takes its message; so does that of the arrival, if the logs show it."""
    passed = _nearest(sent, key, by_key.get(key, ()), "sending")
    if passed is None:
        return
    sent.payload = passed.payload
    passed.sending = sent
    if sent.arrival is not None:
        passed.arrival = sent.arrival
    else:
        sent.arrival = passed
        passed.needs = (*passed.needs, sent)


def _nearest(line: Fact, key: Key, passing: Sequence[Fact], end: str) -> Fact | None:
    """The message of this key that no other line has and that passed nearest to this line."""
    free = [it for it in passing if getattr(it, end) is None and _fits(line, it)]
    if key[0] in _ONCE_A_TERM and len(passing) == 1:
        return free[0] if free else None
    before, after = (LATER_US, EARLIER_US) if end == "sending" else (EARLIER_US, LATER_US)
    near = [it for it in free if -before <= it.at_us - line.at_us <= after]
    # A message passes after its sending and before its arrival: such a one is meant, though another may be nearer.
    way = 1 if end == "sending" else -1
    return min(
        near, key=lambda it: (way * (it.at_us - line.at_us) < -SLACK_US, abs(it.at_us - line.at_us)), default=None
    )


def _fits(line: Fact, passed: Fact) -> bool:
    """Whether what else the line prints is what the message says."""
    wire: Wire = passed.payload
    if line.form == "vote_sent":
        return line.args[:2] == (str(wire.log_term), str(wire.index))
    if line.form in ("vote_cast", "vote_rejected") and wire.type.endswith("Resp"):
        return wire.reject == (line.form == "vote_rejected")
    if line.form == "vote_received":
        return wire.reject == bool(line.args[1])
    return True


def _wait_for_terms(wires: Iterable[Fact], logs: Iterable[Fact]) -> None:
    """The first message of a term, on each connection, waits for its sender's line that reaches the term."""
    reached: dict[tuple[str, str], Fact] = {}
    elected: dict[tuple[str, str], Fact] = {}
    for fact in logs:
        if fact.form in _ROLES:
            reached.setdefault((fact.node, fact.args[0]), fact)
            if fact.form == "became_leader":
                elected.setdefault((fact.node, fact.args[0]), fact)
    seen: set[tuple[str, str, str, str, bool]] = set()
    for fact in wires:
        wire: Wire = fact.payload
        if wire.type in PRE or wire.type in WITHOUT_TERM:
            continue
        leads = wire.type in BY_LEADER
        link = fact.node, fact.args[0], wire.chan, str(wire.term), leads
        if link not in seen:
            seen.add(link)
            line = (elected if leads else reached).get((fact.node, str(wire.term)))
            if line is not None:
                fact.needs = (*fact.needs, line)


def _hear_of_leaders(by_term: Passing, logs: Iterable[Fact]) -> None:
    """A node's line that it has a leader now waits for the first message of that leader's to it."""
    for fact in logs:
        if fact.form == "leader_learned" and fact.args[0] != fact.node:
            leader, term = fact.args
            first = [by_term[key][0] for kind in FROM_LEADER if (key := (kind, leader, fact.node, term)) in by_term]
            if first:
                fact.needs = (*fact.needs, min(first, key=attrgetter("at_us")))
