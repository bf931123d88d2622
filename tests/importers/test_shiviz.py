"""Logs with vector clocks: happens-before comes from the clocks alone, and every line is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from raftlab.core.errors import TraceError
from raftlab.core.events import SourceNoted
from raftlab.importers import detect, read

if TYPE_CHECKING:
    from pathlib import Path

    from raftlab.importers import Imported

GOVECTOR = """\
server {"server":1}
Initialization Complete
client {"client":1}
Initialization Complete
server {"server":2, "client":2}
Received the question
client {"client":2}
Sending a question
server {"server":3, "client":2}
Sending the answer
client {"client":3, "server":3}
Received the answer
"""


def notes(imported: Imported) -> list[tuple[str | None, str]]:
    return [(event.node, event.text) for event in imported.events if isinstance(event, SourceNoted)]


def causes(imported: Imported) -> dict[str, str]:
    """What each note was led to by."""
    found = {}
    for event in imported.events:
        if isinstance(event, SourceNoted) and event.cause is not None:
            led = imported.events[event.cause]
            assert isinstance(led, SourceNoted)
            found[event.text] = led.text
    return found


def accounted(imported: Imported) -> bool:
    return all(report.lines == report.told + sum(report.skipped.values()) for report in imported.files)


def test_a_receipt_comes_after_what_it_knows_of(tmp_path: Path) -> None:
    path = tmp_path / "all.log"
    path.write_text(GOVECTOR)

    imported = read([path])

    assert detect(path) == "shiviz"
    assert imported.unit == "step"
    assert causes(imported) == {
        "Received the question": "Sending a question",
        "Received the answer": "Sending the answer",
    }
    order = [text for _, text in notes(imported)]
    assert order.index("Sending a question") < order.index("Received the question")
    assert accounted(imported)
    assert imported.files[0].told == 12


def test_a_file_a_host(tmp_path: Path) -> None:
    whole = GOVECTOR.splitlines(keepends=True)
    for host in ("server", "client"):
        lines = [line for at in range(0, 12, 2) if whole[at].startswith(host) for line in whole[at : at + 2]]
        (tmp_path / f"{host}.log").write_text("".join(lines))

    imported = read([tmp_path / "server.log", tmp_path / "client.log"])

    assert len(notes(imported)) == 6
    assert causes(imported)["Received the answer"] == "Sending the answer"


def test_a_file_made_for_shiviz_says_how_to_read_it(tmp_path: Path) -> None:
    path = tmp_path / "for-shiviz.log"
    path.write_text(
        '(?<host>\\w+) "(?<event>.*)" (?<clock>\\{.*\\})\n'
        "^=== (?<trace>.*) ===$\n"
        'n1 "asks" {"n1":1}\n'
        "\n"
        'n2 "hears" {"n2":1, "n1":1}\n'
        "=== second ===\n"
        'n1 "asks again" {"n1":1}\n'
    )

    imported = read([path])

    assert notes(imported) == [("n1", "asks"), ("n2", "hears")]
    assert causes(imported) == {"hears": "asks"}
    assert imported.files[0].skipped == {
        "tells how the log is to be read": 2,
        "not part of any record that the regular expression finds": 1,
        "of another execution than the file's first": 2,
    }
    assert accounted(imported)


def test_the_one_line_form_and_the_event_first_form(tmp_path: Path) -> None:
    for text in ('n1 said a {"n1":1}\nn2 heard {"n1":1, "n2":1}\n', 'said a\nn1 {"n1":1}\nheard\nn2 {"n1":1,"n2":1}\n'):
        path = tmp_path / "log"
        path.write_text(text)

        assert notes(read([path], kind="shiviz")) == [("n1", "said a"), ("n2", "heard")]


def test_broken_clocks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(GOVECTOR + 'server {"client":9}\nwho?\nserver {"server":x}\nwhat?\n')

    imported = read([path])

    assert imported.files[0].skipped == {
        "a vector clock that doesn't count the record's own host": 2,
        "a vector clock that isn't JSON of hosts and counts": 2,
    }
    assert accounted(imported)


def test_a_bad_regular_expression_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("(?<host>\\w+ (?<event>.*) (?<clock>.*)\n\nn1 a {}\n")

    with pytest.raises(TraceError, match=r"log:1: .* is no regular expression"):
        read([path])
