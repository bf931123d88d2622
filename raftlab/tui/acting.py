"""Acting on a live cluster: a key, perhaps a small window, and a command for the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from raftlab.core.commands import AnyCommand, Crash, Heal, Pause, Propose, Read, Restart, Resume
from raftlab.core.errors import CommandError
from raftlab.core.model import CRASHED, PAUSED
from raftlab.tui.awaited import Awaited
from raftlab.tui.chooser import Chooser
from raftlab.tui.choosing import CutScreen, ProposeScreen, first_possible, next_value, node_options
from raftlab.tui.keys import hidden, shown
from raftlab.tui.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.session import Session


class Acting(Stage):
    """A stage whose keys act on the cluster in focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("c", "crash", "crash", "crash a node"),
        shown("r", "restart", "restart", "restart a crashed node"),
        shown("p", "propose", "propose", "propose a value"),
        shown("slash", "cut", "cut", "cut the network in two", display="/"),
        shown("x", "heal", "heal", "mend all links"),
        shown("m", "more", "more", "more: reads, members, snapshots, disks, clocks, leases"),
        hidden("z", "freeze", "freeze a node, or thaw a frozen one"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._awaited = Awaited()

    def give(self, command: AnyCommand) -> None:
        """Hand a command to the session; a refusal is said, and nothing has changed."""
        try:
            self._carry_out(command)
        except CommandError as error:
            self.refused(str(error))
        self.update_views()

    def do(self, command: AnyCommand) -> None:
        """Let a command happen.

        Raises:
            CommandError: it can't be carried out.
        """
        self.session.do(command)

    def _carry_out(self, command: AnyCommand) -> None:
        """Who reads waits for the answer."""
        since = self.session.position + 1
        self.do(command)
        if isinstance(command, Read):
            self._awaited.ask(self.session.timeline, since)

    def update_views(self) -> None:
        super().update_views()
        for words in self._awaited.news(self.session.timeline, self.session.position):
            self.notify(words, title="answered", timeout=8)

    def offers(self, word: str) -> bool:
        """Whether commands of this kind are offered here (their words are those of scenarios)."""
        return True

    def refused(self, words: str) -> None:
        """A command couldn't be carried out."""
        self.notify(words, severity="warning", timeout=6)

    def can(self, command: AnyCommand) -> bool:
        """Whether a command makes sense now."""
        return self.session.can(command)

    def action_crash(self) -> None:
        leader = self.session.state().leader()
        self._choose_node("crash which node?", Crash, leader.name if leader else None)

    def action_restart(self) -> None:
        crashed = [node.name for node in self.session.state().nodes.values() if node.status is CRASHED]
        if len(crashed) == 1:
            self.give(Restart(crashed[0]))
        elif not crashed:
            self.refused("no node is crashed")
        else:
            self._choose_node("restart which node?", Restart, None)

    def action_freeze(self) -> None:
        paused = [node.name for node in self.session.state().nodes.values() if node.status is PAUSED]
        if paused:
            self._choose_node("thaw which node?", Resume, paused[0])
        else:
            self._choose_node("freeze which node?", Pause, None)

    def action_propose(self) -> None:
        cluster = self.session.state()
        self.session.playing = False
        self.update_views()
        self.app.push_screen(ProposeScreen(cluster, next_value(cluster)), self._give_if)

    def action_cut(self) -> None:
        self.session.playing = False
        self.update_views()
        self.app.push_screen(CutScreen(self.session.state()), self._give_all)

    def action_heal(self) -> None:
        self.give(Heal())

    def action_more(self) -> None:
        from raftlab.tui.more import More

        self.session.playing = False
        self.update_views()
        More(self).begin()

    def _choose_node(self, title: str, command: Callable[[str], AnyCommand], wanted: str | None) -> None:
        self.session.playing = False
        self.update_views()
        options = node_options(self.session.state(), lambda name: self.can(command(name)))
        if not any(option.possible for option in options):
            self.refused("no node can do that now")
            return

        def chosen(name: str | None) -> None:
            if name is not None:
                self.give(command(name))

        self.app.push_screen(Chooser(title, options, first_possible(options, wanted)), chosen)

    def _give_if(self, command: Propose | None) -> None:
        if command is not None:
            self.give(command)

    def _give_all(self, commands: tuple[AnyCommand, ...] | None) -> None:
        for command in commands or ():
            self.give(command)
