"""Another configuration: who votes, who learns, who stands outside, and in which way the change is made (section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType

from raftlab.core.commands import ChangeMembers
from raftlab.tui.choosing import present
from raftlab.tui.grid import BOLD, wrap
from raftlab.tui.keys import hidden, shown
from raftlab.tui.modal import Modal
from raftlab.tui.pane import Line, Said
from raftlab.view.command_words import describe_command
from raftlab.view.looks import GLYPHS, look_of, word_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from raftlab.core.model import Cluster

_STANDINGS: Final = ("votes", "learns", "outside")
_WAYS: Final = (None, "joint", "single")
_COLUMN: Final = 20


class MembersScreen(Modal[ChangeMembers]):
    """Moves servers between three columns. `refusal` says why a wish can't be carried out ("": it can)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        hidden("up", "move(-1)", "up"),
        hidden("down", "move(1)", "down"),
        shown("space", "move_over", "move over"),
        shown("a", "add", "add a server"),
        shown("w", "way", "joint or one at a time"),
        shown("s", "stay", "stay joint"),
        shown("enter", "ask", "ask the leader"),
    ]

    def __init__(self, cluster: Cluster, now: ChangeMembers, refusal: Callable[[ChangeMembers], str]) -> None:
        super().__init__("change the members")
        self._cluster, self._now, self._refusal = cluster, now, refusal
        self._standing = {
            name: "votes" if name in now.voters else "learns" if name in now.learners else "outside"
            for name in present(cluster)
        }
        self._current = 0
        self._way: str | None = None
        self._stays = False

    @property
    def wish(self) -> ChangeMembers:
        """What the leader would be asked for."""
        by = {what: tuple(name for name, it in self._standing.items() if it == what) for what in _STANDINGS}
        return ChangeMembers(by["votes"], by["learns"], self._way, "explicit" if self._stays else "auto")

    @property
    def _is_new(self) -> bool:
        wish = self.wish
        return (set(wish.voters), set(wish.learners)) != (set(self._now.voters), set(self._now.learners))

    def lines(self) -> list[Line]:
        found: list[Line] = [(Said("     " + "".join(f"{it:<{_COLUMN}}" for it in _STANDINGS), "muted"),)]
        found += [self._row(place, name) for place, name in enumerate(self._standing)]
        return [*found, (), *self._words(), *_HINTS]

    def _row(self, place: int, name: str) -> Line:
        here = place == self._current
        node = self._cluster.nodes.get(name)
        label = f"+ {name} new" if node is None else f"{GLYPHS[look_of(self._cluster, node)]} {name}"
        label += "" if node is None else f" {word_for(self._cluster, node)}"
        before = " " * (_COLUMN * _STANDINGS.index(self._standing[name]))
        return (
            Said("▸ " if here else "  ", "gold_text"),
            Said(f"{place + 1}  ", "gold_text", BOLD),
            Said(f"{before}{label}", "ink", BOLD if here else 0),
        )

    def _words(self) -> list[Line]:
        if not self._is_new:
            return [(Said("nothing is changed yet", "muted"),), (), ()]
        reason = self._refusal(self.wish)
        said = reason or describe_command(self.wish)
        rows = wrap(said, 3 * _COLUMN)
        # As many rows as the longest sentence has: the box doesn't jump.
        return [(Said(row, "bad_text" if reason else "ink"),) for row in rows] + [()] * max(0, 3 - len(rows))

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.character in "123456789":
            event.stop()
            number = int(event.character) - 1
            if number < len(self._standing):
                self._current = number
                self.action_move_over()

    def action_move(self, way: int) -> None:
        self._current = (self._current + way) % len(self._standing)
        self.refresh_lines()

    def action_move_over(self) -> None:
        name = list(self._standing)[self._current]
        if name not in self._cluster.nodes and self._standing[name] == "learns":
            del self._standing[name]  # A server that isn't there can't stand outside.
            self._current = min(self._current, len(self._standing) - 1)
        else:
            place = _STANDINGS.index(self._standing[name])
            self._standing[name] = _STANDINGS[(place + 1) % len(_STANDINGS)]
        self.refresh_lines()

    def action_add(self) -> None:
        name = next_name([*self._cluster.nodes, *self._standing])
        wish = self.wish
        if self._refusal(ChangeMembers((*wish.voters, name), wish.learners)):
            self.app.bell()  # There is no room for another.
            return
        self._standing[name] = "votes"
        self._current = len(self._standing) - 1
        self.refresh_lines()

    def action_way(self) -> None:
        self._way = _WAYS[(_WAYS.index(self._way) + 1) % len(_WAYS)]
        self._stays = self._stays and self._way == "joint"
        self.refresh_lines()

    def action_stay(self) -> None:
        self._stays = not self._stays
        self._way = "joint" if self._stays else self._way
        self.refresh_lines()

    def action_ask(self) -> None:
        if self._is_new and not self._refusal(self.wish):
            self.dismiss(self.wish)
        else:
            self.app.bell()


def next_name(taken: list[str]) -> str:
    """The name of a server that isn't there yet: "n6". Names are never given twice."""
    numbers = [int(name[1:]) for name in taken if name[:1] == "n" and name[1:].isdigit()]
    number = max(numbers, default=0) + 1
    return f"n{number}"


_HINTS: Final[tuple[Line, ...]] = (
    (Said("a digit (or space) moves a server over; a adds a new one", "muted"),),
    (Said("w: joint, or one at a time; s: stay joint until told to leave", "muted"),),
    (Said("enter asks the leader; esc closes", "muted"),),
)
