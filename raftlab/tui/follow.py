"""The debugger on files that grow: it looks once a second, and goes along when it stands at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.errors import TraceError
from raftlab.session.following import same_place

if TYPE_CHECKING:
    from raftlab.session import Opened
    from raftlab.session.following import Following
    from raftlab.tui.debug import DebugScreen

_LOOK_EVERY_S: Final = 1.0


class Follow:
    """Follows files for a screen. Reading is done beside the screen, so that it never stands still."""

    def __init__(self, following: Following) -> None:
        self._following = following
        self._screen: DebugScreen | None = None
        self._looking = False
        self.words = "following"

    def begin(self, screen: DebugScreen) -> None:
        """From now on."""
        self._screen = screen
        screen.set_interval(_LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        screen = self._screen
        assert screen is not None
        if self._looking or not screen.session.timeline.complete or screen.session.lane.live is not None:
            return
        self._looking = True
        if self._following.ours:
            self._take(self._read())
        else:
            screen.run_worker(self._read_beside, thread=True, exclusive=True, group="follow")

    def _read(self) -> Opened | None:
        try:
            return self._following.look()
        except TraceError as error:
            self.words = f"no longer following: {error}" if self._following.ours else f"following; {error}"
            return None

    def _read_beside(self) -> None:
        found = self._read()
        screen = self._screen
        assert screen is not None
        screen.app.call_from_thread(self._take, found)

    def _take(self, found: Opened | None) -> None:
        """Show what is new: the screen stays where it is, unless that was the end."""
        self._looking = False
        screen = self._screen
        assert screen is not None
        if found is None:
            return
        session = screen.session
        old, position = session.timeline, session.position
        at_end = position >= screen.seen - 1
        new = found.timeline
        place = position if new is old else same_place(position, old, new)
        session.lane.timeline = new
        screen.take(found)
        session.seek(len(new) - 1 if at_end else place)
        screen.update_views()
