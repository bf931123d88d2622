"""Every text that etcd's raft logs has a form."""

from __future__ import annotations

import re

import pytest

from raftlab.importers.etcd_log.shapes import CAPNSLOG_MATTERS, RAFT_MATTERS, ZAP_MATTERS
from raftlab.importers.raft_forms import form_of
from raftlab.importers.raft_tellers import TELLERS
from tests.importers.lines import zap34
from tests.importers.recordings import NO_SHARED, SHARED

FORMATS = SHARED.parent / "formats" / "etcd_raft_logger_formats.txt"


def texts() -> list[str]:
    """The list of formats (info, debug, warning, error), with plausible values in their places."""
    found = []
    for line in FORMATS.read_text().splitlines():
        level, _, rest = line.partition(" | ")
        if rest and level != "Panic":
            text = rest.rsplit(" | ", 1)[0].replace("%x", "a1b2c3d4e5f60718").replace("%d", "7").replace("%v", "zz")
            # Where a vote's answer stands, an answer must; elsewhere any message's name will do.
            answer = re.search(r"received %s (rejection )?from|has received 7 %s votes", text)
            found.append(text.replace("%s", "MsgVoteResp" if answer else "MsgVote"))
    return found


@pytest.mark.skipif(not FORMATS.exists(), reason=NO_SHARED)
def test_every_text_of_every_version_has_a_form() -> None:
    assert len(texts()) > 80
    for text in texts():
        found = form_of(text)
        assert found is not None, text
        assert found[0] in TELLERS, text
        assert found[0] != "unknown", text
        assert ZAP_MATTERS.search(zap34(0, text).encode()), text
        assert RAFT_MATTERS.match(text.encode()), text
        assert CAPNSLOG_MATTERS.match(f"raft: {text}".encode()), text


@pytest.mark.parametrize(
    "text", ["added member", "added remote peer", "dead letter", "logged in", "peer became active", "", "a", "0"]
)
def test_words_that_look_like_ids_are_not(text: str) -> None:
    assert form_of(text) is None


def test_a_text_like_rafts_that_nobody_knows_is_counted_as_such() -> None:
    assert form_of("a1b2c3d4e5f60718 became wiser at term 7") == ("unknown", "", ())
    assert form_of("a1b2c3d4e5f60718 reticulates splines") == ("unknown", "", ())
