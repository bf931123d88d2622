"""Pictures and films, without a display."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from raftlab.core.errors import RaftlabError
from raftlab.projector.export import export, film
from raftlab.projector.scene import Options
from raftlab.session import Lane
from tests.projector.runs import recorded, view_of

SMALL = Options(size=(640, 360))


def lane() -> Lane:
    """A recorded run."""
    return Lane(recorded("symmetric-partition"), title="A partition")


def test_a_picture(tmp_path: Path) -> None:
    assert export([lane()], tmp_path / "still.png", options=SMALL, at_us=3_000_000)
    with Image.open(tmp_path / "still.png") as image:
        assert image.size == (640, 360)
        assert image.format == "PNG"
        colours = image.convert("RGB").getcolors(640 * 360)
    assert colours is not None
    assert len(colours) > 100


def test_a_film(tmp_path: Path) -> None:
    heard: list[float] = []
    path = tmp_path / "film.gif"
    assert export(
        [lane()],
        path,
        options=SMALL,
        fps=10,
        from_us=2_400_000,
        to_us=2_440_000,
        progress=lambda part: heard.append(part),
    )
    assert path.read_bytes()[:6] == b"GIF89a"
    with Image.open(path) as image:
        frames = getattr(image, "n_frames", 1)
        assert image.info["duration"] == 100
    assert frames > 4
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_the_same_film_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.gif", "two.gif"):
        export([lane()], tmp_path / name, options=SMALL, fps=10, from_us=2_400_000, to_us=2_415_000)
    assert (tmp_path / "one.gif").read_bytes() == (tmp_path / "two.gif").read_bytes()


def test_a_film_slows_down_where_entries_travel() -> None:
    view = view_of("symmetric-partition")
    times = [time_us for time_us, _ in film([view], SMALL, 20, 980_000, 1_060_000)]
    steps = [later - earlier for earlier, later in pairwise(times)]
    assert min(steps) < 0.4 * max(steps)


def test_a_live_cluster_lives_on_until_the_picture(tmp_path: Path) -> None:
    from raftlab.session import open_scenario

    living = Lane.begin(open_scenario("healthy-cluster"))
    assert export([living], tmp_path / "live.png", options=SMALL, at_us=1_500_000)
    assert living.timeline.end_us > 1_400_000


@pytest.mark.parametrize("name", ["film.bmp", "film", "film.mpeg"])
def test_an_unknown_ending_is_told_what_would_be_right(tmp_path: Path, name: str) -> None:
    with pytest.raises(RaftlabError, match=r"ends in \.png or \.gif"):
        export([lane()], tmp_path / name, options=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_mistakes_are_one_message(tmp_path: Path) -> None:
    with pytest.raises(RaftlabError, match="no folder"):
        export([lane()], tmp_path / "missing" / "still.png", options=SMALL)
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(RaftlabError, match="can't be written"):
        export([lane()], tmp_path / "taken.png", options=SMALL, at_us=1)
    with pytest.raises(RaftlabError, match="goes forward"):
        export([lane()], tmp_path / "film.gif", options=SMALL, from_us=2_000_000, to_us=1_000_000)


def test_a_film_can_be_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    done = export(
        [lane()], tmp_path / "film.gif", options=SMALL, from_us=2_400_000, to_us=2_500_000, progress=lambda part: False
    )
    assert not done
    assert list(tmp_path.iterdir()) == []


def test_it_needs_no_display_and_no_driver(tmp_path: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    }
    code = (
        "from raftlab.session import Lane, open_scenario\n"
        "from raftlab.projector.export import export\n"
        "import sys\n"
        "export([Lane.begin(open_scenario('healthy-cluster'))], sys.argv[1], at_us=1_000_000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "still.png")], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "still.png").stat().st_size > 10_000
