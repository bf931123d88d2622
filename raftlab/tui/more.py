"""All that can be done to a living cluster beside what has a key: what, to whom, how much; then a command is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from raftlab.core.commands import (
    ChangeMembers,
    KeepAlive,
    LeaveJoint,
    Read,
    Remove,
    SetClock,
    SetDisk,
    StallDisk,
    TakeSnapshot,
    TransferLeadership,
    Watch,
)
from raftlab.core.errors import CommandError
from raftlab.core.operations import Put, parse
from raftlab.core.times import parse_duration
from raftlab.tui.chooser import Chooser, Option
from raftlab.tui.choosing import first_possible, node_options
from raftlab.tui.deeds import DEEDS, leases, members_now, node_choices, refusal, why_not
from raftlab.tui.members import MembersScreen
from raftlab.tui.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.commands import AnyCommand
    from raftlab.core.model import Cluster
    from raftlab.tui.acting import Acting

_TITLES = {
    "transfer": "let which node lead?",
    "snapshot": "which node compacts its log?",
    "disk": "slow whose disk?",
    "stall": "stop whose disk?",
    "clock": "bend whose clock?",
    "remove": "switch off which server for good?",
}
_LEADER = "the leader, as clients find it"


class More:
    """One walk through the windows, over a screen; it ends in a command for that screen, or in nothing."""

    def __init__(self, screen: Acting) -> None:
        self._screen = screen
        self._cluster: Cluster = screen.session.state()

    def begin(self) -> None:
        """Ask what shall be done."""
        options = []
        for deed in DEEDS:
            if self._screen.offers(deed.word):
                reason = why_not(self._cluster, deed.name)
                options.append(Option(deed.name, deed.label, reason or deed.note, not reason))
        self._push(Chooser("what shall happen?", options), self._chosen)

    def _chosen(self, name: str) -> None:
        if name in _TITLES:
            self._ask_node(name)
        elif name in ("read", "read-old", "watch"):
            self._ask_whom(name)
        elif name == "members":
            now = members_now(self._cluster)
            self._push(MembersScreen(self._cluster, now, self._refusal), self._screen.give)
        elif name == "leave-joint":
            self._screen.give(LeaveJoint())
        elif name == "keep-alive":
            self._ask("keep alive", leases(self._cluster)[0], "the name of a lease", KeepAlive)
        else:
            self._screen.action_histories()

    # -- whom ----------------------------------------------------------------------------------------------------------

    def _ask_node(self, name: str) -> None:
        options = node_choices(self._cluster, name)
        ends: dict[str, Callable[[str], None]] = {
            "transfer": lambda node: self._screen.give(TransferLeadership(node)),
            "snapshot": lambda node: self._screen.give(TakeSnapshot(node)),
            "remove": lambda node: self._screen.give(Remove(node)),
            "disk": self._ask_disk,
            "stall": self._ask_stall,
            "clock": self._ask_clock,
        }
        self._push(Chooser(_TITLES[name], options, first_possible(options, None)), ends[name])

    def _ask_whom(self, name: str) -> None:
        options = node_options(self._cluster, lambda node: True)
        title = "watch at which node?" if name == "watch" else "read from which node?"
        options = [Option("", f"  {_LEADER}"), *options]
        self._push(Chooser(title, options), lambda node: self._ask_key(name, node or None))

    # -- how much ------------------------------------------------------------------------------------------------------

    def _ask_key(self, name: str, node: str | None) -> None:
        def command(key: str) -> AnyCommand:
            if name == "watch":
                return Watch(key, node)
            return Read(key, node, "serializable" if name == "read-old" else "linearizable")

        asked = f"{node or _LEADER} is asked"
        hint = f"{asked}; a * at the end: all keys that begin so" if name == "watch" else f"{asked} for its value"
        self._ask("watch" if name == "watch" else "read", last_key(self._cluster), hint, command)

    def _ask_disk(self, node: str) -> None:
        hint = f"how long an fsync takes on {node}, such as 20ms; 0: no time at all"
        self._ask("fsync takes", "20ms", hint, lambda text: SetDisk(node, fsync_us=_duration(text)))

    def _ask_stall(self, node: str) -> None:
        hint = f"how long the disk of {node} does nothing, such as 500ms"
        self._ask("stop it for", "500ms", hint, lambda text: StallDisk(node, _duration(text)))

    def _ask_clock(self, node: str) -> None:
        hint = f"how fast the clock of {node} runs: 100% is true, 110% a tenth fast, 50% half as fast"
        self._ask("run at", "110%", hint, lambda text: SetClock(node, _rate_ppm(text)))

    def _ask(self, label: str, value: str, hint: str, command: Callable[[str], AnyCommand]) -> None:
        def possible(text: str) -> None:
            if reason := self._refusal(command(text)):
                raise CommandError(reason)

        self._push(
            Prompt(label, value=value, hint=hint, check=possible), lambda text: self._screen.give(command(text))
        )  # fmt: skip

    def _refusal(self, command: AnyCommand) -> str:
        return refusal(self._cluster, command)

    def _push(self, window: Chooser | Prompt | MembersScreen, then: Callable[..., None]) -> None:
        """Show a window; what is chosen goes on, None ends the walk."""

        def closed(result: str | ChangeMembers | None) -> None:
            if result is not None:
                then(result)

        self._screen.app.push_screen(window, closed)


def last_key(cluster: Cluster) -> str:
    """The key that was written last, as far as the end of the longest log tells; "x" if none was."""
    longest = max((node.log for node in cluster.nodes.values()), key=lambda log: log.last_index)
    for entry in reversed(longest.tail(64)):
        operation = parse(entry.text)
        if isinstance(operation, Put):
            return operation.key
    return "x"


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _rate_ppm(text: str) -> int:
    """A percentage of true time in millionths: "110%" is 1,100,000."""
    found = re.fullmatch(r"(\d{1,5})(?:\.(\d{1,4}))?\s*%?", text)
    if found is None:
        raise CommandError(f"{text!r} is no rate; write a percentage of true time, such as 110%")
    return int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))
