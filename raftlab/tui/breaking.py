"""Stepping over and into, breakpoints, continue and reverse-continue."""

from __future__ import annotations

from raftlab.session.breakpoints import Breakpoint
from raftlab.session.criteria import message_of
from raftlab.session.stepping import back_over, into, out, over
from raftlab.tui.bench_lines import break_rows
from raftlab.tui.prompt import Prompt
from raftlab.tui.rows import Rows
from raftlab.tui.working import Working

_NODE_WORDS = (
    "role",
    "term",
    "vote",
    "leader",
    "commit",
    "applied",
    "last_index",
    "last_term",
    "status",
    "up",
    "leads",
)


class Breaking(Working):
    """What has to do with stopping somewhere."""

    jumped_from: int | None = None
    """Where one stood before the last jump."""

    def seek(self, position: int) -> None:
        here = self.session.position
        if abs(position - here) > 1:
            self.jumped_from = here
        super().seek(position)

    # -- stepping ------------------------------------------------------------------------------------------------

    def action_over(self, way: int) -> None:
        """To the beginning of the next step (way 1); to that of this one, or of the last (-1)."""
        timeline, position = self.session.timeline, self.session.position
        if way < 0:
            if position < 0:
                self.say("before the first event")
            else:
                self.seek(back_over(timeline, position))
            return
        place = over(timeline, position)
        if place is not None:
            self.seek(place)
        elif position < len(timeline) - 1:
            self.seek(len(timeline) - 1)
            self.say("this is the last step")
        else:
            self.action_step(1)

    def action_into(self) -> None:
        """To the event that caused this one."""
        position = self.session.position
        cause = into(self.session.timeline, position)
        if cause is None:
            self.say("no cause is known")
            return
        self.bench.trail.went(position, cause)
        self.seek(cause)
        self.say("U goes back out")

    def action_out(self) -> None:
        """Back to where one came from into this event; else to the first event that it caused."""
        position = self.session.position
        back = self.bench.trail.back(position)
        if back is not None:
            self.seek(back)
            return
        effect = out(self.session.timeline, position)
        if effect is None:
            self.say("it is not known to have caused anything")
            return
        self.seek(effect)
        self.say("the first event that it caused")

    def action_return(self) -> None:
        """To where one stood before the last jump."""
        if self.jumped_from is None:
            self.say("nothing to go back to")
        else:
            self.seek(self.jumped_from)

    # -- running -------------------------------------------------------------------------------------------------

    def action_run(self, way: int) -> None:
        """Continue (way 1) or reverse-continue (-1) to the nearest breakpoint that is on."""
        breakpoints = self.bench.breakpoints
        if not breakpoints.enabled:
            off = " (all are off)" if breakpoints.all else ""
            self.say(f"no breakpoint to run to{off}; b sets one")
            return
        where = "later" if way > 0 else "earlier"
        search = breakpoints.search(self.session.position, way)
        self.search_for(search, f"no breakpoint is hit {where}", breakpoints.hit_words)

    # -- setting them --------------------------------------------------------------------------------------------

    def action_break(self) -> None:
        self._ask_break(None)

    def _ask_break(self, old: Breakpoint | None) -> None:
        breakpoints = self.bench.breakpoints

        def take(text: str | None) -> None:
            if not text:
                return
            if old is not None:
                breakpoints.change(old, text)
                number, words = old.number, old.words
            else:
                found = breakpoints.add(text)
                number, words = found.number, found.words
            self.update_views()
            self.say(f"breakpoint {number}: {words}")

        hint = f"kind, node, term, message, text, invariant; or a predicate. {self._this_event()}".rstrip()
        value = "" if old is None else old.condition.text
        self.app.push_screen(
            Prompt("break at", value=value, hint=hint, check=breakpoints.condition, following=self.following()), take
        )

    def _this_event(self) -> str:
        """How the event at the cursor would be asked for."""
        event = self.session.event()
        if event is None:
            return ""
        message = message_of(event, self.session.timeline)
        node = f" node {event.node}" if event.node else ""
        said = f" message {message}" if message else ""
        return f"This event: kind {type(event).__name__}{node}{said}"

    def following(self) -> dict[str, tuple[str, ...]]:
        """What may follow each word in a prompt."""
        found = self.bench.suggestions()
        for node in self.named:
            found[f"{node}."] = tuple(f"{node}.{word}" for word in _NODE_WORDS)
        return found

    def action_breaks(self) -> None:
        """All breakpoints: on, off, edit, delete, run to one of them."""
        self._list_breaks()

    def _list_breaks(self, current: int = 0) -> None:
        breakpoints = self.bench.breakpoints

        def change(what: str, row: int) -> bool:
            chosen = breakpoints.all[row]
            if what == "delete":
                breakpoints.remove(chosen)
            else:
                chosen.enabled = not chosen.enabled
            self.update_views()
            return True

        def done(answer: tuple[str, int] | None) -> None:
            if answer is None:
                return
            what, row = answer
            if what == "add":
                self.action_break()
            elif what == "edit":
                self._ask_break(breakpoints.all[row])
            else:
                self._run_to(breakpoints.all[row], -1 if what == "last" else 1)

        hint = "space on, off · → ← run to its next, last hit · e edit · d delete · a add · esc closes"
        rows = Rows(
            "breakpoints", lambda: break_rows(self.bench, self.session.position), change,
            hint=hint, empty="No breakpoint yet; a sets one.", current=current,
        )  # fmt: skip
        self.app.push_screen(rows, done)

    def _run_to(self, breakpoint: Breakpoint, way: int) -> None:
        from raftlab.session.tracks import Search

        words = f"breakpoint {breakpoint.number}: {breakpoint.words}"
        search = Search(self.bench.tracks, [breakpoint.track], self.session.position, way, f"to {words}")
        self.search_for(search, f"{words}: no {'later' if way > 0 else 'earlier'} hit", lambda _: words)
