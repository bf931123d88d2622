"""Who leads which term from when to when, and how each reign ends.

A leader whose own account is there begins and ends by its own events. One that only followers speak of begins where the
first of them learns of it, and ends where the last of them has lost it. One that falls silent (killed, or its file
ends) ends, as far as anybody can tell, where its peers lost their connection, or first missed it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from raftlab.core import events as e
from raftlab.core import messages as m
from raftlab.core.log import UNKNOWN
from raftlab.diagnose.record import Reign
from raftlab.diagnose.words import message_words

if TYPE_CHECKING:
    from raftlab.diagnose.record import Down, Record

_HIGHER: Final = re.compile(r"(\w+) of a higher term from (\S+)")
_IN_TERM: Final = re.compile(r"(\S+) is in term (\d+)")


class Leading:
    """The reigns, while they are read."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.terms: dict[str, int] = {}
        self.before: dict[str, int] = {}  # each node's term before its latest
        self.by_node: dict[str, Reign] = {}
        self.by_term: dict[int, Reign] = {}
        self.follows: dict[str, Reign] = {}

    def term_of(self, event: Any) -> int:
        """The term of a node at an event that may name it."""
        name, term = str(event.node), event.term
        if term is not UNKNOWN and term is not None:
            if term > self.terms.get(name, term):
                self.before[name] = self.terms[name]
            self.terms[name] = term
        return self.terms.get(name, 0)

    def start(self, name: str, term: int, at: int, at_us: int, *, told: bool = True) -> Reign:
        """A node leads; if others have said so before, their word begins it."""
        reign = self.by_node.get(name)
        if reign is not None and reign.term in (term, 0):
            reign.told, reign.term = reign.told or told, term
            self.by_term[term] = reign
            return reign
        if reign is not None:
            self._end(reign, at, at_us, "seen")
        reign = Reign(name, term, at_us, at, told=told)
        reign.booted = not self.record.reigns and self.record.boots
        self.record.reigns.append(reign)
        self.by_node[name] = reign
        self.by_term[term] = reign
        return reign

    def learn(self, name: str, leader: str | None, term: int, at: int, event: e.Event) -> None:
        """A node hears who leads, or no longer knows."""
        if leader is None or leader == name:
            self.follow(name, None, at, event)
            return
        reign = self.by_term.get(term)
        if reign is None or reign.node != leader:
            reign = self.by_node.get(leader)
            if reign is None or term not in (reign.term, 0):
                reign = self.start(leader, term, at, event.at_us, told=False)
        self.follow(name, reign, at, event)

    def follow(self, name: str, reign: Reign | None, at: int, event: e.Event) -> None:
        """A node follows a leader (or nobody): one that is known by its followers alone may have lost the last."""
        before = self.follows.pop(name, None)
        if before is not None and before is not reign:
            before.followers.discard(name)
            if not before.told and not before.followers and not before.is_over:
                self._end(before, at, event.at_us, "seen")
        if reign is not None:
            self.follows[name] = reign
            reign.followers.add(name)

    def asked(self, name: str, at: int) -> None:
        """A node's process is asked to stop; it may lead on for a while."""
        if name in self.by_node:
            self.by_node[name].asked_at = at

    def stop(self, name: str, at: int, event: e.Event, how: str = "", down: Down | None = None) -> None:
        """A node doesn't lead any more (if it did), by this event; `down`: since its process ended."""
        reign = self.by_node.get(name)
        if reign is None and isinstance(event, e.BecameFollower) and self._hears_as_leader(event):
            reign = self._led_before(name)
        if reign is None:
            return
        if how:
            reign.down = down
            self._end(reign, at, event.at_us, how)
        elif isinstance(event, e.BecameFollower):
            if not self._is_told_again(reign, event):
                self._deposed(reign, at, event)
        else:
            self._end(reign, at, event.at_us, "seen")

    def _hears_as_leader(self, event: e.BecameFollower) -> bool:
        """Whether what unseats a node is an answer to what only leaders send: then it led, though no line says so."""
        cause = self.record.timeline.event(event.cause) if event.cause is not None else None
        return isinstance(cause, e.MessageReceived) and isinstance(
            cause.message, m.AppendEntriesReply | m.HeartbeatReply
        )

    def _led_before(self, name: str) -> Reign:
        """A reign that began before the source did."""
        reign = Reign(name, self.before.get(name, 0), self.record.start_us, 0)
        self.record.reigns.append(reign)
        self.by_node[name] = reign
        return reign

    def _is_told_again(self, reign: Reign, event: e.BecameFollower) -> bool:
        """A source may say at its start what was before: that isn't the end of a later reign."""
        return event.term is not UNKNOWN and event.term < reign.term

    def _deposed(self, reign: Reign, at: int, event: e.BecameFollower) -> None:
        if "quorum" in event.reason or event.rule == "check_quorum":
            self._end(reign, at, event.at_us, "quorum")
        elif event.rule == "leave_cluster":
            self._end(reign, at, event.at_us, "removed")
        elif event.term is not UNKNOWN and event.term > reign.term:
            reign.met = event.term
            reign.by, reign.message = self._who(event)
            self._end(reign, at, event.at_us, "term")
        else:
            self._end(reign, at, event.at_us, "seen")

    def _who(self, event: e.BecameFollower) -> tuple[str, str]:
        """Who brought the higher term, and by which message."""
        cause = self.record.timeline.event(event.cause) if event.cause is not None else None
        said = _HIGHER.search(event.reason)
        if isinstance(cause, e.MessageReceived):
            name = f" ({said[1]})" if said is not None and not isinstance(cause.message, m.OtherMessage) else ""
            return cause.sender, message_words(cause.message) + name
        if said is not None:
            return said[2], f"a {said[1]} message"
        said = _IN_TERM.search(event.reason)
        return (said[1], "") if said is not None else ("", "")

    def _end(self, reign: Reign, at: int, at_us: int, how: str) -> None:
        if not reign.is_over:
            asked = reign.asked_at >= 0 and how in ("quorum", "seen", "ended")
            reign.to_us, reign.to_at, reign.how = at_us, at, "stopped" if asked else how
        if self.by_node.get(reign.node) is reign:
            del self.by_node[reign.node]

    def finish(self) -> None:
        """The end of the trace: what each reign's end means, now that all is known."""
        starters: dict[int, str] = {}
        handed = {(it.node, it.term) for it in self.record.campaigns if it.transfer}
        for campaign in self.record.campaigns:
            if not campaign.pre:
                starters.setdefault(campaign.term, campaign.node)
        last = max((reign.term for reign in self.record.reigns), default=0)
        for down in self.record.downs:
            if down.how == "silent":
                lost = self.record.lost_by(down.node, down.sign_us, down.from_us)
                down.since_us = min((note.at_us for note in lost), default=down.from_us)
        for reign in self.record.reigns:
            if reign.how == "term":
                reign.started_by = starters.get(reign.met, reign.by)
                self._see_transfer(reign, handed)
            if reign.how == "ended" or (not reign.is_over and reign.term < last):
                self._silent(reign)
            elif reign.how == "seen":
                self._overtaken(reign)
            gone = self.record.removed.get(reign.node)
            if gone is not None and reign.how in ("ended", "seen", "") and gone[1] - max(reign.to_us, 0) < 5_000_000:
                reign.how = "removed"
                if not reign.is_over:
                    reign.to_at, reign.to_us = gone

    def _see_transfer(self, reign: Reign, handed: set[tuple[str, int]]) -> None:
        targets = [target for _, target in reign.transfers]
        if (reign.started_by, reign.met) in handed or (targets and targets[-1] == reign.started_by):
            reign.how = "transfer"

    def _overtaken(self, reign: Reign) -> None:
        """A leader that is seen not to lead any more, after a newer one began: it led on only if it is heard to."""
        later = [it for it in self.record.reigns if it.term > reign.term and reign.from_us <= it.from_us < reign.to_us]
        newer = min(later, key=lambda it: it.from_us, default=None)
        last = None if newer is None else self._last_word(reign)
        if newer is None or (last is not None and last[0] > newer.from_us):
            return
        reign.to_us, reign.to_at = last or (newer.from_us, newer.from_at)
        reign.how = "silent"

    def _last_word(self, reign: Reign) -> tuple[int, int] | None:
        """The last message that it is seen to send as a leader of its term."""
        timeline = self.record.timeline
        own = timeline.postings(f"node:{reign.node}")
        for at in reversed(own[bisect_right(own, reign.from_at) : bisect_right(own, reign.to_at)]):
            event = timeline.event(at)
            message = event.message if isinstance(event, e.MessageSent) else None
            if isinstance(message, m.AppendEntries | m.Heartbeat) and message.term == reign.term:
                return event.at_us, at
        return None

    def _silent(self, reign: Reign) -> None:
        """A leader whose process ended without a word, or of which nothing more is heard."""
        record = self.record
        down = reign.down
        if down is not None and down.how != "silent":
            return
        if down is not None:
            sign_us = max(reign.from_us, down.sign_us)
        else:
            sign = record.speaking.get(reign.node, reign.from_at)
            sign_us = max(reign.from_us, record.timeline.time_of(sign))
        later = [it for it in record.reigns if it.term > reign.term and it.from_us >= reign.from_us]
        if down is None and any(it.from_us < sign_us for it in later) and reign.node in record.speaking:
            # It speaks on, beside a newer leader, and no line says that it stepped down: it is stale to the end.
            return
        limit_us = reign.to_us if down is not None else record.end_us
        ends = [(note.at_us, note.at) for note in record.lost_by(reign.node, sign_us, limit_us)]
        ends += [
            (it.from_us, it.from_at)
            for it in record.campaigns
            if it.node != reign.node and sign_us <= it.from_us <= limit_us
        ]
        ends += [(it.from_us, it.from_at) for it in later]
        reign.to_us, reign.to_at = min(ends, default=(limit_us, reign.to_at))
        reign.how = "ended" if down is not None else "silent"
