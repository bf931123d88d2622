"""What the lines of one file say, gathered until its end: only then is it known whose each is, and when it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.importers.etcd_log.dates import Yearless, years_for
from raftlab.importers.etcd_log.envelopes import Key
from raftlab.importers.etcd_log.owners import settle_owners
from raftlab.importers.etcd_log.reasons import NAMES_ONLY, NO_TIME
from raftlab.importers.fact import Fact
from raftlab.importers.rotation import NO_OWNER
from raftlab.importers.stamps import micros
from raftlab.importers.stream import Stream

if TYPE_CHECKING:
    from raftlab.importers.etcd_log.envelopes import Wrapping
    from raftlab.importers.imported import FileReport
    from raftlab.importers.names import Names

SECOND_US: Final = 1_000_000


class Said(Struct, eq=False):
    """One line: its fact, who wrote it, and how its stamp is to be read.

    `yearless`: the stamp lacks its year. `fine` are the last stamps with microseconds above a line that has whole
    seconds only, by writer; None for all others. `channel` is the Raft group that Fabric names.
    """

    fact: Fact
    key: Key
    yearless: Yearless | None = None
    fine: dict[Key, bytes] | None = None
    channel: str = ""


class Account:
    """One file while it is read."""

    def __init__(self, number: int, report: FileReport, names: Names, modified_us: int) -> None:
        self.number, self.report, self.names = number, report, names
        self.modified_us = modified_us
        self.said: list[Said] = []
        self.fine: dict[Key, bytes] = {}
        self.dated_us: list[tuple[int, int]] = []

    def add(
        self, line: int, wrapping: Wrapping, stamp: str, form: str, args: tuple[str, ...], node: str = "",
        *, whole: bool = False, channel: str = "",
    ) -> str | None:  # fmt: skip
        """One line of raft's, or of the server's, that tells something. Without a stamp of its own: the envelope's.

        Back comes why it can't be taken, if so.

        A stamp in whole seconds is `whole`: those with microseconds around it narrow it down.
        """
        yearless = None
        if not stamp:
            stamp = wrapping.stamp.decode()
            yearless = Yearless.read(stamp)
            whole = "." not in stamp
        at_us = 0 if yearless is not None else micros(stamp)
        if at_us is None:
            return NO_TIME
        if yearless is None and not whole:
            self.dated_us.append((line, at_us))
        fact = Fact(self.number, line, at_us, stamp, node, form, args)
        self.said.append(Said(fact, wrapping.key, yearless, dict(self.fine) if whole else None, channel))
        return None

    def finish(self) -> list[Stream]:
        """The streams, one for each node."""
        said = self._of_one_group()
        self._date(said)
        for fact in (each.fact for each in said if each.fact.form in _NAMERS):
            self.names.say(fact.node, *fact.args)
        settle_owners([(each.key, each.fact) for each in said], self.names)
        by_node: dict[str, list[Said]] = {}
        for each in said:
            by_node.setdefault(each.fact.node, []).append(each)
        if by_node and "" in by_node and len(by_node) > 1:
            several = len(by_node) > 2
            unowned = len(by_node.pop(""))
            self.report.skip(f"{NO_OWNER}, among lines of several" if several else NO_OWNER, unowned)
        # Writers that say nothing of raft's keep the time too, as long as they must be the same node.
        silent = set(self.fine) - {each.key for each in said} if len(by_node) == 1 else set()
        return [self._stream(node, lines, silent) for node, lines in by_node.items()]

    def _of_one_group(self) -> list[Said]:
        """An orderer of Fabric's takes part in a Raft group for each channel: the one with the most lines is told."""
        counts: dict[str, int] = {}
        for each in self.said:
            if each.channel:
                counts[each.channel] = counts.get(each.channel, 0) + 1
        if not counts:
            return self.said
        if not self.names.group:
            self.names.group = max(counts, key=lambda channel: counts[channel])
        told = self.names.group
        for channel, count in counts.items():
            if channel != told:
                self.report.skip(f"of the channel {channel}: a Raft group of its own (told is {told})", count)
        return [each for each in self.said if each.channel in ("", told)]

    def _date(self, said: list[Said]) -> None:
        lacking = [each for each in said if each.yearless is not None]
        dates = [(each.fact.line, each.yearless) for each in lacking if each.yearless is not None]
        for each, at_us in zip(lacking, years_for(dates, self.dated_us, self.modified_us), strict=True):
            each.fact.at_us = at_us

    def _stream(self, node: str, lines: list[Said], silent: set[Key]) -> Stream:
        """One node's facts. Several of its threads write: a stamp may be a little before that of the line above."""
        facts = []
        keys = silent | {each.key for each in lines}
        latest_us, resolution_us = 0, 1_000
        for each in lines:
            fact = each.fact
            if fact.form in _NAMERS:
                self.names.say(node, *fact.args)
            if each.fine is not None:
                fact.at_us = _narrowed(fact.at_us, [each.fine[key] for key in keys if key in each.fine])
                resolution_us = SECOND_US
            latest_us = fact.at_us = max(latest_us, fact.at_us)
            if fact.form in _SAYS_NO_MORE:
                self.report.skip(NAMES_ONLY)
            else:
                facts.append(fact)
        return Stream(facts, clock=node, node=node, resolution_us=resolution_us)


def _narrowed(second_us: int, stamps: list[bytes]) -> int:
    """A whole second isn't before the stamps above it that lie within it. (The next ones are later of themselves.)"""
    fine = [micros(stamp.decode()) or 0 for stamp in stamps]
    return max([second_us, *(at_us for at_us in fine if at_us - second_us < SECOND_US)])


_NAMERS: Final = frozenset({"process_started", "named"})
_SAYS_NO_MORE: Final = frozenset({"local", "named"})
