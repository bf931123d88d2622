"""Requests that a voter ignored because of a leader's lease: its line prints its own term, not that of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import MessageDropped, MessageReceived, MessageSent, VoteRefused
from raftlab.core.log import UNKNOWN
from raftlab.core.messages import RequestVote
from raftlab.importers import read
from tests.importers.lines import A, B, write, zap34
from tests.test_house import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DEAF = ROOT / "tests" / "data" / "etcd" / "asym_deaf-zap351"
IGNORED = (
    f"{A} [logterm: 2, index: 33, vote: 0] ignored MsgVote from {B} [logterm: 2, index: 28] at term 2: "
    "lease is not expired (remaining ticks: 7)"
)


def test_a_deaf_nodes_requests_arrive_and_are_refused_in_their_own_terms() -> None:
    events = read(sorted(DEAF.glob("n?.log.gz"))).events

    ignored = [event for event in events if isinstance(event, VoteRefused) and event.reason == "lease"]
    assert {event.candidate for event in ignored} == {"n2"}
    assert sorted({event.term for event in ignored}) == list(range(3, 10))
    for event in ignored:
        assert event.cause is not None
        arrival = events[event.cause]
        assert isinstance(arrival, MessageReceived)
        assert isinstance(arrival.message, RequestVote)
        assert arrival.message.term == event.term
        assert arrival.cause is not None
        sending = events[arrival.cause]
        assert isinstance(sending, MessageSent)
        assert sending.message == arrival.message
    lost = [events[event.cause] for event in events if isinstance(event, MessageDropped) and event.cause is not None]
    assert not any(isinstance(it, MessageSent) and isinstance(it.message, RequestVote) for it in lost)


def test_without_the_candidates_log_its_term_isnt_known(tmp_path: Path) -> None:
    path = write(tmp_path / "n1.log", zap34(0, f"{A} became follower at term 2"), zap34(1, IGNORED))

    events = read([path]).events

    (refused,) = [event for event in events if isinstance(event, VoteRefused)]
    (arrival,) = [event for event in events if isinstance(event, MessageReceived)]
    assert refused.term is UNKNOWN
    assert arrival.message is None
