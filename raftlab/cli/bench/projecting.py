"""The projector's figures: what a frame of a busy cluster costs, and how soon the first one is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from raftlab.cli.bench.figure import Figure, quiet_gc
from raftlab.core.events import ClusterCreated, Event, MessageSent
from raftlab.core.messages import AppendEntries, AppendEntriesReply
from raftlab.core.model import Entry

NODES = 7
MESSAGES = 50
FRAMES = 240
SIZE = (1920, 1080)
SPAN_US = 40_000


def measure() -> Iterator[Figure]:
    """Each figure is taken in a process of its own: pygame stays out of this one."""
    for name in ("frame", "first"):
        code = f"from raftlab.cli.bench.projecting import {name}_figure; print({name}_figure())"
        environment = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
        whole_s = time.perf_counter() - begin
        value = float(done.stdout.strip().splitlines()[-1])
        size = f"{SIZE[0]}x{SIZE[1]}"
        if name == "frame":
            params: dict[str, Any] = {"size": size, "nodes": NODES, "messages": MESSAGES, "frames": FRAMES}
            yield "projector.frame_cpu_ms", value, "ms", params
        else:
            params = {
                "size": size,
                "scenario": "healthy-cluster",
                "from": "a new interpreter",
                "whole_process_s": whole_s,
            }
            yield "projector.first_frame_s", value, "s", params


def projector_frame() -> list[Figure]:
    """All of the projector's figures."""
    return list(measure())


def busy_events() -> list[Event]:
    """A leader of seven nodes with fifty messages under way, as many of them labelled as there is room for."""
    names = tuple(f"n{number + 1}" for number in range(NODES))
    from raftlab.core.events import BecameLeader, CommitAdvanced, EntryAppended, TermAdvanced

    events: list[Event] = [ClusterCreated(0, None, None, None, names)]
    for name in names:
        events.append(TermAdvanced(0, name, None, None, 3))
        events += [
            EntryAppended(0, name, None, None, Entry(index, 1 + index // 6, "normal", f"x={index}"))
            for index in range(1, 15)
        ]
        events.append(CommitAdvanced(0, name, None, None, 12))
    events.append(BecameLeader(0, "n1", None, None, 3))
    for number in range(MESSAGES):
        peer = names[1 + number % (NODES - 1)]
        entry = Entry(15 + number, 3, "normal", f"x={number}")
        message = AppendEntries(3, 14 + number, 3, (entry,), 12) if number % 2 else AppendEntriesReply(3, True, number)
        source, target = ("n1", peer) if number % 2 else (peer, "n1")
        events.append(MessageSent(number * 10, source, None, None, target, message, SPAN_US + number * 40))
    return events


def frame_figure() -> float:
    """CPU milliseconds for a frame of the busy cluster: the scene and its painting, everything moving."""
    import pygame

    from raftlab.projector.moment import LaneView
    from raftlab.projector.paint import Painter
    from raftlab.projector.scene import Options, frame
    from raftlab.trace import Timeline

    timeline = Timeline()
    for event in busy_events():
        timeline.append(event)
    view = LaneView(timeline, "A busy cluster")
    view.catch_up()
    surface, painter, options = pygame.Surface(SIZE), Painter(SIZE), Options(size=SIZE)
    times = [1_000 + number * (SPAN_US - 2_000) / FRAMES for number in range(FRAMES)]
    painter.paint(frame([view], times[0], options), surface)
    with quiet_gc():
        begin = time.process_time()
        for time_us in times:
            painter.paint(frame([view], time_us, options), surface)
        return (time.process_time() - begin) * 1000 / FRAMES


def first_figure() -> float:
    """Seconds from nothing imported to a first frame painted."""
    begin = time.perf_counter()
    import pygame

    from raftlab.projector.paint import Painter
    from raftlab.projector.player import Player
    from raftlab.session import Lane, open_scenario

    pygame.display.init()
    surface = pygame.display.set_mode(SIZE)
    player = Player([Lane.begin(open_scenario("healthy-cluster"))])
    Painter(SIZE).paint(player.frame(), surface)
    pygame.display.flip()
    return time.perf_counter() - begin
