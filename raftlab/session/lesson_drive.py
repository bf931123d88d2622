"""Moves a step of a lesson along: time passes, commands are carried out, scripts are followed, the tutor looks.

Time goes from one thing that happens to the next, never past the moment at which something is decided: so a watch step
stops at the very event that it waits for, however fast it is played.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.errors import CommandError
from raftlab.documents.commands import word_of
from raftlab.tutor.lesson import ActStep, Give

if TYPE_CHECKING:
    from raftlab.core.commands import AnyCommand
    from raftlab.session.lesson_place import Place
    from raftlab.session.session import Session

_LONGEST_US = 120_000_000  # simulated: what a script may take when it is brought to its end at once


class Drive:
    """Acts on the session that shows a place.

    `problems` are mistakes of the lesson's that were found on the way (a scripted command that can't be carried out).
    """

    def __init__(self, session: Session, file: str) -> None:
        self.problems: list[str] = []
        self._session = session
        self._file = file

    def live(self, place: Place, until_us: int, *, script_only: bool = False) -> None:
        """Let the clusters live until then, until something is decided, or until the script is done."""
        session = self._session
        was_decided = place.tutor.verdict is not None
        self.give_due(place)
        while session.now_us < until_us and not (script_only and place.script.finished):
            due_us = place.next_due_us()
            session.move_to(until_us if due_us is None else min(until_us, max(due_us, session.now_us + 1)))
            place.look(session.now_us)
            self.give_due(place)
            if place.tutor.verdict is not None and not was_decided:
                session.playing = False
                return

    def finish_script(self, place: Place) -> None:
        """Follow the script to its end at once, unless something is decided before."""
        end_us = self._session.now_us + _LONGEST_US
        self.give_due(place)
        while not place.script.finished and self._session.now_us < end_us and place.tutor.verdict is None:
            self.live(place, end_us, script_only=True)

    def conclude(self, place: Place) -> None:
        """Let the clusters live at once until something is decided."""
        end_us = self._session.now_us + _LONGEST_US
        while (place.tutor.open or place.tutor.revealing) and self._session.now_us < end_us:
            self.live(place, end_us)

    def give_due(self, place: Place) -> None:
        """Carry out what the script wants done now."""
        while (action := place.script.next_action(place.clusters, self._session.now_us)) is not None:
            try:
                if isinstance(action, Give):
                    by_learner = place.begun and isinstance(place.step, ActStep)
                    self.do(place, action.command, place.names.index(action.cluster), by_learner=by_learner)
                else:
                    place.tutor.answer(action.text)
            except CommandError as error:
                self.problems.append(f"{self._file}:{place.step.line}: {place.step.id}: {error}")
        if place.tutor.revealing and place.script.finished and not place.tutor.open:
            place.tutor.expect_reveal(place.clusters, self._session.now_us)

    def do(self, place: Place, command: AnyCommand, number: int, *, by_learner: bool) -> None:
        """Carry out a command in a lane.

        Raises:
            CommandError: it isn't for this step, this try is over, or it can't be carried out.
        """
        session = self._session
        if by_learner:
            _may(place, command)
        place.look(session.now_us)
        lane = place.lanes[number]
        timeline, position = lane.timeline, lane.position
        session.do(command, number)
        if lane.timeline is not timeline:
            place.rewound(number, position, session.now_us)
        place.look(session.now_us)


def _may(place: Place, command: AnyCommand) -> None:
    """Refuse what isn't for the learner now."""
    word = word_of(command)
    if word not in place.allowed:
        words = ", ".join(place.step.allow) if isinstance(place.step, ActStep) else "no commands"
        raise CommandError(f"this step takes {words}; not {word or type(command).__name__}")
    if place.tutor.verdict is not None and not place.tutor.verdict.right:
        raise CommandError("this try is over; reset begins another")
