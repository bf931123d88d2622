"""Running a script: its commands on our engine, and what they show compared with what etcd printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from raftlab.core.errors import TraceError
from raftlab.core.settings import ETCD
from raftlab.dialect.arguments import Unsupported, options_of
from raftlab.dialect.commands import COMMANDS
from raftlab.dialect.facts import Fact, printed_facts
from raftlab.dialect.world import World
from raftlab.importers.etcd_script import Block, parse_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.core.events import Event
    from raftlab.core.model import Parameters

AGREES, DIFFERS, UNSUPPORTED = "agrees", "differs", "unsupported"


class Outcome(Struct, frozen=True):
    """What came of a script.

    `verdict` is "agrees", "differs" or "unsupported"; `line` (from 1) where it first differs, or what isn't supported
    stands (None: it agrees); `text` says it in words. `compared` counts what agreed. `nodes` and `events` are
    our own run, up to the end of the script, or to where it stopped; `lines` the line of the script that each event
    belongs to.
    """

    file: str
    verdict: str
    line: int | None
    text: str
    compared: int
    nodes: tuple[str, ...]
    events: tuple[Event, ...]
    lines: tuple[int, ...]


def run_script(text: str, file: str) -> Outcome:
    """Carry out a script; `file` is its name, for errors.

    Raises:
        TraceError: it is no such script, or a command names a node that isn't there.
    """
    blocks = parse_script(text, file)
    if not blocks:
        raise TraceError("there is no command in this file", file=file)
    world = World(_parameters(blocks))
    found: tuple[str, int | None, str] | None = None
    compared = 0
    for block in blocks:
        try:
            handlers = _carry_out(world, block)
        except _Stop as stop:
            found = found or (UNSUPPORTED, stop.line, str(stop))
            break
        count, difference = compare(world.facts.take(), printed_facts(block, handlers), block)
        if found is None:
            compared += count
            found = difference
    verdict, line, words = found or (AGREES, None, f"all {compared} states agree")
    return Outcome(file, verdict, line, words, compared, tuple(world.members), tuple(world.events), tuple(world.lines))


class _Stop(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _carry_out(world: World, block: Block) -> list[str]:
    """A command, and those in its body; whose Readys it prints without a heading, in order."""
    handlers = []
    commands = (block,) if block.command == "propose-conf-change" else (block, *block.subblocks)
    for command in commands:
        world.line = command.line
        if command.command == "process-ready" and len(command.words) == 1 and world.facts.level != "none":
            handlers.append(command.words[0])
        action = COMMANDS.get(command.command)
        if action is None:
            if "unknown command" not in block.expected:
                raise _Stop(command.line, f"unsupported command: {command.command}")
            continue
        try:
            action(world, command)
        except Unsupported as error:
            raise _Stop(command.line, f"unsupported: {error}") from None
    return handlers


def compare(
    ours: Sequence[Fact], printed: Sequence[Fact], block: Block
) -> tuple[int, tuple[str, int | None, str] | None]:  # fmt: skip
    """How many facts agree, and where the first difference is. The order counts among what is said of one thing: which
    of two nodes spoke first says nothing of their states."""
    count = 0
    first: tuple[int, str] | None = None
    for about in dict.fromkeys(fact.about for fact in (*printed, *ours)):
        mine = [fact for fact in ours if fact.about == about]
        theirs = [fact for fact in printed if fact.about == about]
        for place in range(max(len(mine), len(theirs))):
            have = mine[place] if place < len(mine) else None
            want = theirs[place] if place < len(theirs) else None
            if have is not None and want is not None and have.text == want.text:
                count += 1
                continue
            line = block.end_line if want is None else want.line
            if first is None or line < first[0]:
                first = (line, _difference(have, want))
            break
    return count, None if first is None else (DIFFERS, *first)


def _difference(have: Fact | None, want: Fact | None) -> str:
    ours = "nothing here" if have is None else have.text
    theirs = "nothing more" if want is None else want.text
    return f"we have: {ours}; etcd printed: {theirs}"


def _parameters(blocks: Sequence[Block]) -> Parameters:
    """etcd's, with what the first nodes are set up with: nodes that differ know it themselves (Member.options)."""
    parameters = replace(
        ETCD, heartbeat_interval_us=1, election_timeout_min_us=3, election_timeout_max_us=5, snapshot_count=0,
        catch_up_rounds=0, catch_up_entries=0, max_entries_per_message=2**31 - 1, max_request_bytes=2**31 - 1,
    )  # fmt: skip
    for block in blocks:
        for command in (block, *(() if block.command == "propose-conf-change" else block.subblocks)):
            if command.command == "add-nodes":
                try:
                    options = options_of(command)
                except Unsupported:
                    return parameters
                return replace(
                    parameters, pre_vote=options.pre_vote, check_quorum=options.check_quorum,
                    max_inflight=options.inflight,
                )  # fmt: skip
    return parameters
