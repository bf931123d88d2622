"""What every test runs under: no screen, no sound, no motion, and nobody's own progress and settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# In CI one commit has one verdict; at home every run looks somewhere else, and remembers what it has found.
settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Set before anything imports textual or pygame: both read these once.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"


@pytest.fixture(autouse=True)
def nobody_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress and recordings go to a folder of the test's own, never to the person's who runs the tests."""
    for kind in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "home" / kind.lower()))
