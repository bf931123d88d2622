"""The wheel: whoever installs raftlab gets its lessons, scenarios and fonts, far from any checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LOOK = """
import json, raftlab
from raftlab.content import data_path

def files(name):
    root = data_path(name)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*")
                  if path.is_file() and path.suffix != ".pyc")

print(json.dumps({
    "package": raftlab.__file__,
    "lessons": files("lessons"),
    "assets": files("assets"),
    "scenario": data_path("lessons", "scenarios", "leader-crash.yaml").read_text(encoding="utf-8"),
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment with the wheel in it; it borrows the dependencies of this one."""
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT))
    (wheel,) = place.glob("raftlab-*.whl")

    home = place / "environment"
    venv.create(home, with_pip=False, symlinks=sys.platform != "win32")
    folders = {"base": str(home), "platbase": str(home)}
    python = Path(sysconfig.get_path("scripts", "venv", folders)) / Path(sys.executable).name
    run(*pip, "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel))

    # A .pth lends the packages beside us. Python reads no .pth of a folder that came in by one, so the checkout's own
    # editable install stays out.
    borrowed = Path(sysconfig.get_path("purelib", "venv", folders)) / "borrowed.pth"
    borrowed.write_text("\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})) + "\n")
    return python


def run(*command: str, cwd: Path | None = None) -> str:
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def in_checkout(name: str) -> list[str]:
    root = ROOT / name
    return sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"
    )


def test_a_wheel_carries_lessons_scenarios_and_assets(installed: Path, tmp_path: Path) -> None:
    seen = json.loads(run(str(installed), "-I", "-c", LOOK, cwd=tmp_path))

    assert not Path(seen["package"]).is_relative_to(ROOT)
    assert seen["lessons"] == in_checkout("lessons")
    assert seen["assets"] == in_checkout("assets")
    assert "fonts/Inter-Regular.ttf" in seen["assets"]
    assert "leader" in seen["scenario"].lower()


def test_a_wheel_answers_on_the_command_line(installed: Path, tmp_path: Path) -> None:
    said = run(str(installed), "-I", "-m", "raftlab", "--help", cwd=tmp_path)

    listed = run(str(installed), "-I", "-m", "raftlab", "scenarios", cwd=tmp_path)

    assert "scenarios" in said
    assert "leader-crash" in listed
