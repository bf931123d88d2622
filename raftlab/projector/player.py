"""The projector's state, without a display: where in time we are, how fast it goes, what a key does.

The window hands it actions by name and the time that has passed; it hands out Options for the scene. All moves
go through the session, which takes live clusters along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from raftlab.projector.bands import speed_words
from raftlab.projector.moment import LaneView
from raftlab.projector.scene import Options, frame, pace_of
from raftlab.projector.tempo import tempo
from raftlab.session import Session
from raftlab.view.palette import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raftlab.projector.shapes import Frame
    from raftlab.session import Lane

NOTICE_US = 1_200_000
"""A notice stands so long."""
EASE_US = 250_000
"""So long it takes to slow down, or to be quick again."""
SEARCH = 10_000
"""How many events a live cluster is taken on at most to find the next turn."""


class Player:
    """What a projector window shows.

    Args:
        lanes: one or two; they move under one time.
        options: size, theme and speed to begin with.
        subtitles: a line under each lane's title.
        end_us: where a live cluster's show ends; None: never.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        options: Options | None = None,
        subtitles: Sequence[str] = (),
        end_us: int | None = None,
    ) -> None:
        self.options = options or Options()
        self.session = Session(lanes, speed=self.options.speed)
        self.session.end_us = end_us
        self._subtitles = [*subtitles, *[""] * (len(lanes) - len(subtitles))]
        self.views = [self._view(number) for number in range(len(lanes))]
        if self.session.position < 0 and len(lanes[0].timeline):
            self.session.seek(0)
        self.time_us = float(self.session.now_us)
        self.slowing = True
        self.slowed = 1.0
        self.exact = False
        self.help = False
        self.following = False
        self._notice = ""
        self._notice_left_us = 0.0

    # -- what is to be seen --------------------------------------------------------------------------------------

    def frame(self) -> Frame:
        """The picture of now."""
        self._refresh()
        lanes = self.session.lanes
        options = replace(
            self.options,
            speed=self.session.speed,
            positions=tuple(lane.position for lane in lanes),
            exact=self.exact,
            playing=self.session.playing,
            slowed=self.slowed,
            help=self.help,
            notice=self._notice if self._notice_left_us > 0 else "",
        )
        return frame(self.views, self.time_us, options)

    @property
    def moving(self) -> bool:
        """Whether the next frame will differ from this one: else nothing needs to be drawn."""
        return self.session.playing or self._notice_left_us > 0

    def advance(self, elapsed_us: float) -> None:
        """So much of the watcher's time has passed."""
        self._notice_left_us = max(0.0, self._notice_left_us - elapsed_us)
        session = self.session
        if not session.playing:
            return
        self._ease(elapsed_us)
        self.exact = False
        self.time_us += elapsed_us * self._pace() * self.slowed
        session.move_to(int(self.time_us))
        if self._at_end():
            session.playing = False
            self.time_us = float(session.now_us)

    def catch_up(self) -> bool:
        """Take in a slice of what has been recorded since; whether that was anything."""
        self._refresh()
        before = [view.tape.length for view in self.views]
        for view in self.views:
            view.catch_up()
        return before != [view.tape.length for view in self.views]

    # -- what keys do ----------------------------------------------------------------------------------------------

    def act(self, action: str) -> bool:
        """Do what a key asks for; False for what isn't the player's (quit, full screen)."""
        deed = getattr(self, f"do_{action}", None)
        if deed is None:
            return False
        deed()
        return True

    def seek(self, time_us: float) -> None:
        """Go to a time."""
        self.session.move_to(int(time_us))
        self.time_us = float(time_us)
        self.exact = False

    def resize(self, size: tuple[int, int]) -> None:
        """The window has another size now."""
        self.options = replace(self.options, size=size)

    def do_play(self) -> None:
        """Play, or pause; at the end, from the beginning again."""
        session = self.session
        if not session.playing and self._at_end():
            self.do_home()
        session.playing = not session.playing

    def do_step(self) -> None:
        """One event on."""
        self._pause()
        if not self.session.step():
            self.notify("the last event")
        self._stand()

    def do_step_back(self) -> None:
        """One event back."""
        self._pause()
        if self.session.position <= 0:
            self.notify("the first event")
        else:
            self.session.step_back()
        self._stand()

    def do_next_turn(self) -> None:
        """The next turn of the story; a live cluster lives on until there is one."""
        self._pause()
        session, start = self.session, self.session.position
        tape = self.views[session.focus].tape
        self._catch_up_whole()
        found = tape.next_important(start)
        while found is None and session.lane.live is not None and len(session.timeline) - start < SEARCH:
            session.seek(len(session.timeline) - 1)
            if not session.step():
                break
            self._catch_up_whole()
            found = tape.next_important(start)
        if found is None:
            self.notify("no further turn")
        session.seek(start if found is None else found)
        self._stand()

    def do_previous_turn(self) -> None:
        """The turn before this one."""
        self._pause()
        self._catch_up_whole()
        found = self.views[self.session.focus].tape.previous_important(self.session.position)
        if found is None:
            self.notify("the first event")
        self.session.seek(0 if found is None else found)
        self._stand()

    def do_home(self) -> None:
        """To the beginning."""
        self.session.seek(0)
        self._stand()

    def do_end(self) -> None:
        """To the end of what is recorded."""
        self._pause()
        self.session.seek(len(self.session.timeline) - 1)
        self._stand()

    def do_faster(self) -> None:
        """One notch faster."""
        self.session.faster()
        self.notify(f"speed {speed_words(self.session.speed)}")

    def do_slower(self) -> None:
        """One notch slower."""
        self.session.slower()
        self.notify(f"speed {speed_words(self.session.speed)}")

    def do_slowing(self) -> None:
        """Slow down at what matters, or don't."""
        self.slowing = not self.slowing
        self.notify("slows down at votes, commits, conflicts" if self.slowing else "an even speed")

    def do_theme(self) -> None:
        """The next theme."""
        names = list(THEMES)
        self.options = replace(self.options, theme=names[(names.index(self.options.theme) + 1) % len(names)])

    def do_help(self) -> None:
        """Show the keys, or hide them."""
        self.help = not self.help

    def do_follow(self) -> None:
        """Let the playhead follow the mouse, or not."""
        self.following = not self.following
        self.notify("the playhead follows the mouse; click to leave it there" if self.following else "left there")

    def notify(self, words: str) -> None:
        """Say something for a moment."""
        self._notice, self._notice_left_us = words, NOTICE_US

    # -- within ----------------------------------------------------------------------------------------------------

    def _view(self, number: int) -> LaneView:
        lane = self.session.lanes[number]
        view = LaneView(lane.timeline, lane.title, self._subtitles[number])
        view.catch_up()
        return view

    def _refresh(self) -> None:
        """A lane that was forked has another timeline."""
        for number, lane in enumerate(self.session.lanes):
            if self.views[number].timeline is not lane.timeline:
                self.views[number] = self._view(number)

    def _catch_up_whole(self) -> None:
        while self.catch_up():
            pass

    def _pause(self) -> None:
        self.session.playing = False
        self.following = False

    def _stand(self) -> None:
        """We are on an event now: speak of that one."""
        self.time_us = float(self.session.now_us)
        self.exact = True

    def _pace(self) -> float:
        return pace_of(self.session.timeline.header.unit, self.session.speed)

    def _ease(self, elapsed_us: float) -> None:
        target = 1.0
        if self.slowing and self.session.speed <= 1:
            pace = self._pace()
            target = tempo(
                [
                    view.moment(self.time_us, pace, lane.position)
                    for view, lane in zip(self.views, self.session.lanes, strict=True)
                ]
            )
        self.slowed += (target - self.slowed) * min(1.0, elapsed_us / EASE_US)

    def _at_end(self) -> bool:
        session = self.session
        if session.end_us is not None:
            return session.now_us >= session.end_us
        return all(lane.live is None and lane.at_end for lane in session.lanes)
