"""How one step of a lesson stands: its lanes, its tutor, what is still to be done in it.

Every step that was reached keeps its place, so that going back to read it again finds the cluster as it was left, and
coming forward again finds it untouched. A place that was left holds its own view of the past: nothing done there
reaches later steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.session.lane import Lane
from raftlab.tutor.lesson import ActStep, WatchStep
from raftlab.tutor.script import Script
from raftlab.tutor.tutor import Tutor

if TYPE_CHECKING:
    from raftlab.core.events import Event
    from raftlab.core.model import Cluster
    from raftlab.session.session import Session
    from raftlab.trace import Timeline
    from raftlab.tutor.lesson import AnyStep
    from raftlab.tutor.words import StepWords


class Place:
    """One step and its clusters.

    `clusters` are their states as the tutor has seen them; `passed`: the learner may go on from here; `begun`: it has
    been set up; `started`: time has moved in this try; `kept`: what this try came to stands in the progress.
    """

    def __init__(self, step: AnyStep, words: StepWords, lanes: dict[str, Lane], now_us: int, speed: float) -> None:
        self.step = step
        self.names = list(lanes)
        self.lanes = list(lanes.values())
        self.now_us = now_us
        self.speed = speed if step.speed is None else step.speed
        self.focus = self.names.index(step.focus)
        self.tutor = Tutor(step, words)
        self.script = Script()
        self.passed = self.begun = self.started = self.kept = False
        self.clusters: dict[str, Cluster] = {}
        self._seen: list[int] = []
        self._start: list[tuple[Timeline, int]] = []
        self._start_us = now_us
        self.remember()

    # -- coming and going ------------------------------------------------------------------------------------

    def show(self, session: Session) -> None:
        """Let a session show this place, at rest."""
        session.lanes = self.lanes
        session.focus, session.now_us, session.speed = self.focus, self.now_us, self.speed
        session.playing = False
        session.end_us = None

    def keep(self, session: Session) -> None:
        """Remember how the session stood."""
        self.focus, self.now_us, self.speed = session.focus, session.now_us, session.speed

    def hand_over(self) -> dict[str, Lane]:
        """The living lanes, at their ends, for the steps that follow. This place keeps the past."""
        living: dict[str, Lane] = {}
        for name, lane in zip(self.names, self.lanes, strict=True):
            twin = Lane(lane.timeline, live=lane.live, title=lane.title)
            twin.position = len(lane.timeline) - 1
            lane.timeline, lane.live = lane.timeline.fork(lane.position), None
            living[name] = twin
        return living

    # -- a try -----------------------------------------------------------------------------------------------

    def begin(self, now_us: int) -> None:
        """The first try begins here."""
        self._start = [(lane.timeline, lane.position) for lane in self.lanes]
        self._start_us = now_us
        self.begun = True
        self._begin_try(now_us)

    def restart(self, session: Session) -> None:
        """Another try, from the start of the step."""
        fresh = []
        for lane, (timeline, position) in zip(self.lanes, self._start, strict=True):
            again = Lane(timeline, title=lane.title)
            again.position = position
            again.fork()
            fresh.append(again)
        self.lanes = fresh
        self.keep(session)
        self.now_us = self._start_us
        self.show(session)
        self._begin_try(self._start_us)

    def _begin_try(self, now_us: int) -> None:
        self.remember()
        self.started = self.kept = False
        self.script = Script(self.step.script if isinstance(self.step, WatchStep) else ())
        self.tutor.begin(self.clusters, now_us)

    def remember(self) -> None:
        """Take the clusters as they stand for seen."""
        self._seen = [lane.position for lane in self.lanes]
        self.clusters = {name: lane.state() for name, lane in zip(self.names, self.lanes, strict=True)}

    # -- what happens ----------------------------------------------------------------------------------------

    def look(self, now_us: int) -> None:
        """Let the tutor and the script see what is new, in the order in which it happened."""
        news: list[tuple[int, int, Event]] = []
        for number, lane in enumerate(self.lanes):
            seen = self._seen[number]
            if lane.position > seen:
                fresh = lane.timeline.events(seen + 1, lane.position + 1)
                news.extend((event.at_us, number, event) for event in fresh)
                self._seen[number] = lane.position
        if len(self.lanes) > 1:
            news.sort(key=lambda new: new[:2])
        for _, number, event in news:
            name = self.names[number]
            self.clusters[name].fold((event,))
            self.tutor.see(name, event, self.clusters[name])
            self.script.see(name, event, self.clusters[name])
        self.tutor.pass_time(now_us)

    def rewound(self, number: int, position: int, now_us: int) -> None:
        """A lane was forked in its past: after `position` it lives on differently."""
        if position < self._seen[number]:
            self._seen[number] = position
            self.clusters[self.names[number]] = self.lanes[number].timeline.state(position)
            self.tutor.rewind(self.clusters, now_us)

    def next_due_us(self) -> int | None:
        """When something happens or is decided next; None: never."""
        dues = [self.tutor.due_us(), self.script.due_us()]
        dues += [lane.live.next_due_us() for lane in self.lanes if lane.live is not None]
        return min((due for due in dues if due is not None), default=None)

    @property
    def nothing_ahead(self) -> bool:
        """Whether time can bring nothing new: a place that was left, seen to its end."""
        return self.script.finished and all(lane.live is None and lane.at_end for lane in self.lanes)

    @property
    def allowed(self) -> frozenset[str]:
        """The command words that the learner may use here."""
        return frozenset(self.step.allow) if isinstance(self.step, ActStep) else frozenset()
