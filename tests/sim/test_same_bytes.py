"""Same seed, same bytes: in another process, under another hash seed, on every Python that this machine has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import hashlib, sys
from tests.runs import faulted, record
from raftlab.trace.codec import encode_block
digest = hashlib.sha256()
for seed in range(8):
    digest.update(encode_block(record(faulted(seed))[0]))
print(digest.hexdigest())
"""


def digest(python: str, hash_seed: str, extra: str = "") -> str:
    path = os.pathsep.join(part for part in (str(ROOT), extra) if part)
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
    done = subprocess.run([python, "-c", PROGRAM], capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def other_pythons() -> list[str]:
    """Interpreters >= 3.11 other than this one, one a version."""
    found: dict[str, str] = {}
    homes = list(Path.home().glob(".pyenv/versions/*/bin"))
    homes += [Path(folder) for folder in os.get_exec_path()]
    for home in homes:
        for path in home.glob("python3.*"):
            version = re.fullmatch(r"python3\.(\d+)", path.name)
            wanted = version and int(version[1]) >= 11 and int(version[1]) != sys.version_info[1]
            if wanted and path.name not in found and _runs(path):
                found[path.name] = str(path)
    return sorted(found.values())


def _runs(python: Path) -> bool:
    """Whether it is an interpreter, and not a shim for one that isn't chosen."""
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_whatever_the_hash_seed(hash_seed: str) -> None:
    assert digest(sys.executable, hash_seed) == digest(sys.executable, "random")


@pytest.mark.parametrize("python", other_pythons() or [None])
def test_on_every_python(python: str | None, tmp_path: Path) -> None:
    if python is None:
        pytest.skip("this machine has no other Python >= 3.11")
    packages = tmp_path / "packages"
    needs = ["msgspec"]
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", "--target", str(packages), *needs],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        pytest.skip(f"{python} can't have msgspec here: {done.stderr.strip()[-200:]}")
    assert digest(python, "random", str(packages)) == digest(sys.executable, "random")
