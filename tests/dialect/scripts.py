"""Small scripts of our own. What they print is what etcd's raft prints, with only the lines that show state."""

from __future__ import annotations

from tests.test_house import ROOT

FILES = sorted((ROOT / "tests" / "data" / "dialect").glob("*.txt"))
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in FILES}
ELECTION, LOST = SCRIPTS["election"], SCRIPTS["lost"]
