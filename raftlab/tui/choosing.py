"""Small windows that end in a command: whom to crash, what to propose, where to cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from raftlab.core.commands import AnyCommand, Partition, Propose, SetLink
from raftlab.core.model import REMOVED
from raftlab.tui.chooser import Option
from raftlab.tui.grid import BOLD
from raftlab.tui.keys import hidden, shown
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Said
from raftlab.view.looks import GLYPHS, look_of, word_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events

    from raftlab.core.model import Cluster, Node


def node_options(cluster: Cluster, possible: Callable[[str], bool]) -> list[Option]:
    """The nodes that are there, with their looks; those that `possible` refuses are shown and can't be chosen."""
    return [
        Option(name, f"{GLYPHS[look_of(cluster, node)]} {name}", word_for(cluster, node), possible(name))
        for name, node in present(cluster).items()
    ]


def present(cluster: Cluster) -> dict[str, Node]:
    """The nodes that haven't left for good."""
    return {name: node for name, node in cluster.nodes.items() if node.status is not REMOVED}


class ProposeScreen(ModalScreen[Propose | None]):
    """A value to write, and whom to ask: the leader, as clients find it, or (with tab) any node."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("escape", "close", "close", display="esc"),
        Binding("tab", "target(1)", "other node", priority=True),
        Binding("shift+tab", "target(-1)", "other node", show=False, priority=True),
    ]

    def __init__(self, cluster: Cluster, value: str) -> None:
        super().__init__()
        nodes = present(cluster)
        self._targets: list[str | None] = [None, *nodes]
        self._words = [
            "the leader, as clients find it",
            *(f"{name} ({word_for(cluster, node)})" for name, node in nodes.items()),
        ]
        self._place = 0
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="foot"):
            yield Label("", id="prompt-hint", markup=False)
            with Horizontal():
                yield Label("write ", id="prompt-label", markup=False)
                yield Input(self._value, id="prompt-input", compact=True, select_on_focus=True)

    def on_mount(self) -> None:
        self.action_target(0)

    def action_target(self, way: int) -> None:
        self._place = (self._place + way) % len(self._targets)
        words = f"asks {self._words[self._place]} · tab asks another node · enter proposes, esc leaves it"
        self.query_one("#prompt-hint", Label).update(words)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        self.dismiss(Propose(text, self._targets[self._place]) if text else None)

    def action_close(self) -> None:
        self.dismiss(None)


class CutScreen(Modal[tuple[AnyCommand, ...]]):
    """Splits the nodes in two sides. Digits move a node over; `o` cuts only the way from this side to that one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("up", "move(-1)", "up"),
        hidden("down", "move(1)", "down"),
        shown("space", "move_over", "move over"),
        shown("o", "one_way", "one way"),
        shown("enter", "cut", "cut"),
    ]

    def __init__(self, cluster: Cluster, *, one_way: bool = True) -> None:
        super().__init__("cut the network")
        self._cluster = cluster
        self._names = list(present(cluster))
        leader = cluster.leader()
        self._away = {leader.name if leader is not None else self._names[0]}
        self._current = 0
        self._one_way = False
        self._may_one_way = one_way

    def lines(self) -> list[Line]:
        found: list[Line] = [(Said("     this side           that side", "muted"),)]
        for place, name in enumerate(self._names):
            here = place == self._current
            away = name in self._away
            node = self._cluster.nodes[name]
            label = f"{GLYPHS[look_of(self._cluster, node)]} {name} {word_for(self._cluster, node)}"
            columns = (label, "") if away else ("", label)
            found.append(
                (
                    Said("▸ " if here else "  ", "gold_text"),
                    Said(f"{place + 1}  ", "gold_text", BOLD),
                    Said(f"{columns[0]:<20}", "ink", BOLD if here else 0),
                    Said(columns[1], "ink", BOLD if here else 0),
                )
            )
        what = "only the way from this side to that one" if self._one_way else "every link between the sides, both ways"
        hint = "a digit (or space) moves a node over; enter cuts; esc closes"
        return [*found, (), (Said(f"cuts {what}", "ink"),), (Said(hint, "muted"),), *self._one_way_hint()]

    def _one_way_hint(self) -> list[Line]:
        return [(Said("o: one way or both", "muted"),)] if self._may_one_way else []

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in "123456789":
            event.stop()
            number = int(event.character) - 1
            if number < len(self._names):
                self._current = number
                self.action_move_over()

    def action_move(self, way: int) -> None:
        self._current = (self._current + way) % len(self._names)
        self.refresh_lines()

    def action_move_over(self) -> None:
        self._away ^= {self._names[self._current]}
        self.refresh_lines()

    def action_one_way(self) -> None:
        if self._may_one_way:
            self._one_way = not self._one_way
            self.refresh_lines()

    def action_cut(self) -> None:
        this = tuple(name for name in self._names if name in self._away)
        that = tuple(name for name in self._names if name not in self._away)
        if not this or not that:
            self.app.bell()
        elif self._one_way:
            self.dismiss(tuple(SetLink(one, other, cut=True) for one in this for other in that))
        else:
            self.dismiss((Partition((this, that)),))


def next_value(cluster: Cluster) -> str:
    """A value that nobody has proposed yet: "x=7"."""
    written = [node.log.last_index for node in cluster.nodes.values() if isinstance(node.log.last_index, int)]
    return f"x={max(written, default=0) + 1}"


def first_possible(options: Sequence[Option], wanted: str | None) -> int:
    """Where the cursor of a choice begins: on the wanted one if it can be had."""
    for place, option in enumerate(options):
        if option.value == wanted and option.possible:
            return place
    return next((place for place, option in enumerate(options) if option.possible), 0)
