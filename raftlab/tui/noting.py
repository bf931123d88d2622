"""Notes and bookmarks, the mark that states are compared with, and what the list of events is limited to."""

from __future__ import annotations

from raftlab.core.errors import RaftlabError
from raftlab.session.criteria import parse_criteria
from raftlab.tui.bench_lines import note_rows
from raftlab.tui.prompt import Prompt
from raftlab.tui.rows import Rows
from raftlab.tui.watching import Watching


class Noting(Watching):
    """What a person leaves at an event."""

    # -- notes -----------------------------------------------------------------------------------------------------

    def action_note(self) -> None:
        """Write a note at this event, or change the one that is there."""
        self._ask_note(self.session.position)

    def _ask_note(self, position: int) -> None:
        if position < 0:
            self.say("before the first event there is nothing to note")
            return
        old = self.bench.notes.at(position)

        def take(text: str | None) -> None:
            if text is not None:
                self._put(position, text)

        hint = f"a note at event {position:,}; without words it is a bookmark. It is kept beside the trace"
        self.app.push_screen(Prompt("note", value=old.text if old is not None else "", hint=hint, empty=True), take)

    def action_bookmark(self) -> None:
        """Set a bookmark at this event, or take it away; a note stays."""
        position, notes = self.session.position, self.bench.notes
        old = notes.at(position)
        if position < 0:
            self.say("before the first event there is nothing to mark")
        elif old is None:
            self._put(position, "")
        elif old.text:
            self.say("there is a note here: a changes it, A deletes it")
        else:
            self._take_away(position)

    def _put(self, position: int, text: str) -> None:
        try:
            told = self.bench.notes.put(position, self.session.timeline.time_of(position), text)
        except RaftlabError as error:
            told = str(error)
        self.update_views()
        self.say(told or f"{'noted' if text else 'bookmark set'} in {self._file_name()}")

    def _take_away(self, position: int) -> None:
        try:
            told = self.bench.notes.remove(position)
        except RaftlabError as error:
            told = str(error)
        self.update_views()
        self.say(told or "taken away")

    def _file_name(self) -> str:
        where = self.bench.notes.where
        return where.name if where is not None else "memory"

    def action_to_note(self, way: int) -> None:
        """To the next note (way 1), or the last one before (-1)."""
        note = self.bench.notes.nearest(self.session.position, way)
        if note is None or note.position >= len(self.session.timeline):
            self.say(f"no {'later' if way > 0 else 'earlier'} note or bookmark")
        else:
            self.seek(note.position)
            self.say(note.text or "bookmark")

    def action_notes(self) -> None:
        """All notes: go to one, edit, delete."""
        notes = self.bench.notes

        def change(what: str, row: int) -> bool:
            if what != "delete":
                return False
            self._take_away(list(notes)[row].position)
            return True

        def done(answer: tuple[str, int] | None) -> None:
            if answer is None:
                return
            what, row = answer
            if what == "add":
                self.action_note()
            elif what == "edit":
                self._ask_note(list(notes)[row].position)
            else:
                position = list(notes)[row].position
                if position < len(self.session.timeline):
                    self.seek(position)
                else:
                    self.say("that event lies beyond the end of this trace")

        hint = "enter goes there · e edit · d delete · a note here · esc closes"
        rows = Rows(
            "notes", lambda: note_rows(self.bench, self.session.position), change,
            hint=hint, empty="No note yet; a writes one at this event.",
        )  # fmt: skip
        self.app.push_screen(rows, done)

    # -- the mark --------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Set the mark here, to see what changes from here on; the same again takes it away."""
        position = self.session.position
        self.bench.mark = None if self.bench.mark == position else position
        self.update_views()
        if self.bench.mark is None:
            self.say("the mark is gone: diff shows what the last event changed")
        else:
            self.say("marked: diff compares it with wherever you go")

    def action_to_mark(self) -> None:
        """Change places with the mark: what was compared stays compared."""
        if self.bench.mark is None:
            self.say("nothing is marked; m marks this event")
        else:
            self.seek(self.bench.mark)

    # -- the list --------------------------------------------------------------------------------------------------

    def action_only(self) -> None:
        """Ask what the list shall be limited to."""
        old = self.bench.criteria

        def take(text: str | None) -> None:
            if text is None:
                return
            self.bench.criteria = parse_criteria(text, self.named) if text else None
            self.update_views()
            self.say("esc lists all again; ↑ ↓ go to the matches" if text else "all events are listed")

        hint = 'such as  node n1 kind VoteGranted term 3 text "lease"   (nothing: all events)'
        self.app.push_screen(
            Prompt(
                "list only", value=old.words if old is not None else "", hint=hint, empty=True,
                check=lambda text: parse_criteria(text, self.named), following=self.following(),
            ),
            take,
        )  # fmt: skip
