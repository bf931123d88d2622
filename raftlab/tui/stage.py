"""The base of screens that show a session: playing, stepping, keeping all views at the cursor.

Nothing ticks while nothing moves: the clock that plays is stopped when the session pauses, the one that looks through a
large trace when it has seen it all.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType
from textual.screen import Screen

from raftlab.tui.keys import KeyLine, hidden, shown
from raftlab.tui.scan import Scan

if TYPE_CHECKING:
    from textual.timer import Timer

    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session import Session

FRAMES: Final = 15
"""Pictures in a second while playing."""

_LOOKING_S: Final = 0.03
_STEPS_PER_S: Final = 6


class Stage(Screen[None]):
    """Shows a session. Subclasses compose their views and bring them up to date in `show_all`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        shown("space", "play", "play"),
        shown("right", "step(1)", "step", display="→"),
        shown("left", "step(-1)", "back", display="←"),
        hidden("plus,equals_sign", "speed(1)", "faster", display="+"),
        hidden("minus", "speed(-1)", "slower", display="-"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.scan = Scan(session.timeline)
        self._playing: Timer | None = None
        self._looking: Timer | None = None
        self._last_s = 0.0
        self._owed = 0.0

    # -- what subclasses say ---------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """Bring every view up to date with the session."""

    def busy(self) -> str:
        """What is going on, for the foot; "" when nothing is."""
        return ""

    def is_waiting(self) -> bool:
        """Whether something grows in the background and has to be looked after."""
        return self.scan.behind

    def look(self) -> None:
        """Do a slice of the work that goes on in the background."""
        self.scan.catch_up()

    # -- keeping up ------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.call_after_refresh(self.update_views)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.update_views)

    def on_screen_suspend(self) -> None:
        self.pause()

    def update_views(self) -> None:
        """Look at what is new, show where the session stands, and see to the clocks."""
        if not self.is_mounted:
            return
        if self.scan.timeline is not self.session.timeline:
            self.scan = Scan(self.session.timeline)
        self.scan.catch_up()
        self.show_all()
        self._see_to_foot()
        self._see_to_clocks()

    def _see_to_foot(self) -> None:
        for line in self.query(KeyLine):
            line.say(self.busy())

    def _see_to_clocks(self) -> None:
        if self.session.playing and self._playing is None:
            self._last_s = monotonic()
            self._playing = self.set_interval(1 / FRAMES, self._tick)
        elif not self.session.playing and self._playing is not None:
            self._playing.stop()
            self._playing = None
        waiting = self.is_waiting()
        if waiting and self._looking is None:
            self._looking = self.set_interval(_LOOKING_S, self._look)
        elif not waiting and self._looking is not None:
            self._looking.stop()
            self._looking = None

    def _tick(self) -> None:
        now_s = monotonic()
        elapsed_us = int(min(0.25, now_s - self._last_s) * 1_000_000)
        self._last_s = now_s
        self.advance(elapsed_us)
        self.update_views()

    def advance(self, elapsed_us: int) -> None:
        """So much of the watcher's time has passed."""
        if self.session.timeline.header.unit != "step":
            self.session.advance(elapsed_us)
            return
        # A source without a clock: its events follow one another at an even pace.
        self._owed += elapsed_us * self.session.speed * _STEPS_PER_S / 1_000_000
        while self._owed >= 1:
            self._owed -= 1
            if not self.session.step():
                self.session.playing, self._owed = False, 0.0

    def _look(self) -> None:
        self.look()
        if self.is_waiting():
            self._see_to_foot()
            self.show_progress()
        else:
            self.update_views()

    def show_progress(self) -> None:
        """Show what has grown meanwhile; called often, so only what must."""

    def pause(self) -> None:
        """Stand still."""
        self.session.playing = False
        self._see_to_clocks()

    # -- keys --------------------------------------------------------------------------------------------------------

    def action_play(self) -> None:
        self.session.playing = not self.session.playing
        self.update_views()

    def action_step(self, way: int) -> None:
        self.session.playing = False
        moved = self.session.step() if way > 0 else self.session.step_back()
        if not moved:
            self.at_an_end(way)
        self.update_views()

    def at_an_end(self, way: int) -> None:
        """There was no further event that way."""
        self.app.bell()

    def action_speed(self, way: int) -> None:
        if way > 0:
            self.session.faster()
        else:
            self.session.slower()
        self.update_views()

    def action_histories(self) -> None:
        """Check what clients were told; a person may go to an answer that is wrong."""
        from raftlab.tui.histories import HistoriesScreen

        def chosen(position: int | None) -> None:
            if position is not None:
                self.session.seek(position)
                self.update_views()

        self.session.playing = False
        self.update_views()
        self.app.push_screen(HistoriesScreen(self.session.timeline), chosen)

    # -- reading -----------------------------------------------------------------------------------------------------

    def before(self, event: Event | None) -> Cluster | None:
        """The state before the last event, when that event took entries away."""
        if event is None or type(event).__name__ != "LogTruncated":
            return None
        return self.session.timeline.state(self.session.position - 1)

    @property
    def named(self) -> tuple[str, ...]:
        """The nodes that have a place already: the header's, and those that the events looked at so far speak of."""
        return (*self.session.timeline.header.nodes, *self.scan.tape.nodes)

    def speed_words(self) -> str:
        """Speed and whether it plays: "▶ ×1/4"."""
        speed = self.session.speed
        words = f"×{speed:g}" if speed >= 1 else f"×1/{round(1 / speed)}"
        return f"{'▶' if self.session.playing else '‖'} {words}"
