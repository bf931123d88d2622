"""Members' clocks that disagree: found from the messages between them, and put right."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from raftlab.core.events import MessageReceived
from raftlab.importers import read
from raftlab.importers.clocks import estimate
from raftlab.importers.fact import Fact
from raftlab.importers.stream import Stream
from tests.importers.recordings import COPY, logs

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

HOUR_US = 3_600_000_000


def shifted(tmp_path: Path, ahead_s: dict[str, float]) -> list[Path]:
    """The copy's logs, as members would have written them whose clocks were so many seconds ahead."""
    found = []
    for log in logs(COPY):
        ahead = timedelta(seconds=ahead_s.get(log.stem, 0))

        def later(stamp: re.Match[str], ahead: timedelta = ahead) -> str:
            moment = datetime.fromisoformat(stamp[1]) + ahead
            return f'"ts":"{moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}"'

        found.append(tmp_path / log.name)
        found[-1].write_text(re.sub(r'"ts":"([^"]+)"', later, log.read_text()))
    return found


def kinds_by_node(imported: Imported) -> dict[str | None, list[str]]:
    """What happened at each node, in its order."""
    found: dict[str | None, list[str]] = {}
    for event in imported.events:
        found.setdefault(event.node, []).append(type(event).__name__)
    return found


def no_receipt_before_its_sending(imported: Imported) -> bool:
    return all(
        event.cause < position and imported.events[event.cause].at_us <= event.at_us
        for position, event in enumerate(imported.events)
        if isinstance(event, MessageReceived) and event.cause is not None
    )


def test_clocks_that_agree_are_left_alone() -> None:
    assert read(logs(COPY)).clocks == {}


@pytest.mark.parametrize("ahead_s", [{"n1": 3600.0}, {"n2": -7200.0}, {"n3": 5.0}, {"n1": 0.4}, {"n2": 86_400.0 * 40}])
def test_a_clock_that_goes_wrong_is_found_and_put_right(ahead_s: dict[str, float], tmp_path: Path) -> None:
    straight = read(logs(COPY))

    imported = read(shifted(tmp_path, ahead_s))

    ((node, wrong_s),) = ahead_s.items()
    assert set(imported.clocks) == {node}
    assert imported.clocks[node] == pytest.approx(wrong_s * 1e6, abs=10_000)
    assert no_receipt_before_its_sending(imported)
    assert len(imported.events) == len(straight.events)
    assert kinds_by_node(imported) == kinds_by_node(straight)
    assert imported.events[-1].at_us == pytest.approx(straight.events[-1].at_us, abs=10_000)


def test_three_clocks_that_all_disagree(tmp_path: Path) -> None:
    imported = read(shifted(tmp_path, {"n1": 100.0, "n3": -3600.0}))

    # Nobody knows which is right: but how far they are apart, one knows.
    ahead = {name: imported.clocks.get(name, 0) for name in ("n1", "n2", "n3")}
    assert ahead["n1"] - ahead["n2"] == pytest.approx(100e6, abs=10_000)
    assert ahead["n3"] - ahead["n2"] == pytest.approx(-3600e6, abs=10_000)
    assert no_receipt_before_its_sending(imported)


def test_the_stamps_stay_as_they_were_written(tmp_path: Path) -> None:
    files = shifted(tmp_path, {"n1": 3600.0})
    lines = files[0].read_text().splitlines()

    imported = read(files)

    stamps = {
        json.loads(lines[origin.line - 1])["ts"] == origin.stamp
        for origin in imported.origins
        if origin is not None and origin.file == str(files[0])
    }
    assert stamps == {True}


def vote(sender: str, to: str, term: int, at_us: int) -> Fact:
    """A line `sender` wrote when it asked `to`."""
    return Fact(0, 1, at_us, "", sender, "vote_sent", ("1", "1", "MsgVote", to, str(term)))


def asked(sender: str, to: str, term: int, at_us: int) -> Fact:
    """A line `to` wrote when it was asked."""
    return Fact(1, 1, at_us, "", to, "vote_rejected", ("1", "1", "0", "MsgVote", sender, "1", "1", str(term)))


def test_messages_one_way_only_give_the_smallest_correction() -> None:
    streams = [
        Stream([vote("a", "b", 2, 1_000_000), vote("a", "b", 3, 2_000_000)], "a"),
        Stream([asked("a", "b", 2, 1_000_000 - HOUR_US), asked("a", "b", 3, 2_004_000 - HOUR_US)], "b"),
    ]

    assert estimate(streams) == {"b": -HOUR_US}


def test_one_way_only_and_late_may_be_the_network() -> None:
    streams = [Stream([vote("a", "b", 2, 0)], "a"), Stream([asked("a", "b", 2, 5_000_000)], "b")]

    assert estimate(streams) == {}


def test_messages_that_occur_twice_say_nothing() -> None:
    streams = [
        Stream([vote("a", "b", 2, 0), vote("a", "b", 2, 9)], "a"),
        Stream([asked("a", "b", 2, -HOUR_US)], "b"),
    ]

    assert estimate(streams) == {}


def test_whole_seconds_are_no_proof() -> None:
    streams = [
        Stream([vote("a", "b", 2, 900_000)], "a"),
        Stream([asked("a", "b", 2, 0)], "b", resolution_us=1_000_000),
    ]

    assert estimate(streams) == {}
    streams[1].resolution_us = 1_000
    assert estimate(streams) == {"b": -900_000}
