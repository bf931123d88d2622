"""Watch expressions: setting them, and going to where they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.bench_lines import watch_rows
from raftlab.tui.breaking import Breaking
from raftlab.tui.prompt import Prompt
from raftlab.tui.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.session.watches import Watch
    from raftlab.tui.pane import Line


class Watching(Breaking):
    """What has to do with watches."""

    def action_watch_value(self) -> None:
        self._ask_watch(None)

    def _ask_watch(self, old: Watch | None) -> None:
        watches = self.bench.watches

        def take(text: str | None) -> None:
            if not text:
                return
            if old is not None:
                watches.change(old, text)
            else:
                watches.add(text)
            self.update_views()
            self.bring("watches")

        hint = "an expression, such as  n1.commit  leader  len(leaders)  [n.term for n in nodes]"
        value = "" if old is None else old.words
        nodes = {key: words for key, words in self.following().items() if key.endswith(".")}
        following = {"": (*self.named, "leader", "leaders", "term", "commit", "quorum"), **nodes}
        self.app.push_screen(
            Prompt("watch", value=value, hint=hint, check=watches.expression, following=following), take
        )

    def action_change(self, way: int) -> None:
        """To the next change (way 1), or the last one before (-1), of any watch."""
        if not self.bench.watches.all:
            self.say("nothing is watched; v watches a value")
            return
        self._go_to_change(self.bench.watches.all, way)

    def _go_to_change(self, watches: Sequence[Watch], way: int) -> None:
        search = self.bench.watches.search(watches, self.session.position, way)
        words = ", ".join(it.words for it in watches)
        nothing = f"{words}: no {'later' if way > 0 else 'earlier'} change"

        def arrived(position: int) -> str:
            state, event = self.session.state(), self.session.event()
            return " · ".join(f"{it.words} is now {it.value(state, event)}" for it in watches if it.track.has(position))

        self.search_for(search, nothing, arrived)

    def action_watches(self) -> None:
        """All watches: edit, delete, go to a change of one of them."""
        watches = self.bench.watches

        def change(what: str, row: int) -> bool:
            if what != "delete":
                return False
            watches.remove(watches.all[row])
            self.update_views()
            return True

        def done(answer: tuple[str, int] | None) -> None:
            if answer is None:
                return
            what, row = answer
            if what == "add":
                self.action_watch_value()
            elif what == "edit":
                self._ask_watch(watches.all[row])
            else:
                self._go_to_change([watches.all[row]], 1 if what == "next" else -1)

        hint = "→ next change · ← enter last change · e edit · d delete · a add · esc closes"
        self.app.push_screen(
            Rows("watches", self.watch_lines, change, hint=hint, empty="No watch yet; a sets one."), done
        )

    def watch_lines(self) -> list[Line]:
        """The watches at the cursor."""
        position, state = self.session.position, self.session.state()
        before = self.session.timeline.state(position - 1) if position >= 0 else state
        return watch_rows(self.bench, position, state, before, self.session.event())

    def bring(self, name: str) -> None:
        """Bring a pane to the front."""
