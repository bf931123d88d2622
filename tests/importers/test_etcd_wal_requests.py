"""The text of an entry: what etcd was asked, whole while it is short, and exactly comparable when it is long."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raftlab.importers.etcd_wal.requests import Member, describe, shown
from tests.importers.wals import number, octets

HEADER = octets(100, number(1, 0x1F2E))


def _request(field: int, content: bytes) -> bytes:
    return octets(field, content) + HEADER


def _put(key: bytes, value: bytes, *more: bytes) -> bytes:
    return octets(1, key) + octets(2, value) + b"".join(more)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (_request(4, _put(b"k1", b"v1")), "put k1 = v1"),
        (_request(4, _put(b"k1", b"v1", number(3, 0x1A2B))), "put k1 = v1 (lease 1a2b)"),
        (_request(4, octets(1, b"k1") + number(5, 1)), "put k1"),
        (_request(4, _put(b"a b", b"\x00\xff\\")), r"put a b = \x00\xff\\"),
        (_request(3, octets(1, b"k")), "get k"),
        (_request(5, octets(1, b"k")), "del k"),
        (_request(5, octets(1, b"a") + octets(2, b"b")), "del a .. b"),
        (_request(5, octets(1, b"a") + octets(2, b"\0")), "del a .."),
        (_request(5, octets(1, b"\0") + octets(2, b"\0")), "del all keys"),
        (
            _request(
                6,
                octets(1, number(1, 0) + number(2, 2) + octets(3, b"a") + number(6, 3))
                + octets(2, octets(2, _put(b"a", b"x")))
                + octets(3, octets(1, octets(1, b"a"))),
            ),
            "txn if mod(a) == 3 then put a = x else get a",
        ),
        (
            _request(6, octets(1, number(1, 3) + number(2, 3) + octets(3, b"a") + octets(7, b"old"))),
            "txn if value(a) != old then nothing",
        ),
        (_request(7, number(1, 42)), "compact 42"),
        (_request(8, number(1, 60) + number(2, 0x77)), "lease grant 77 60 s"),
        (_request(9, number(1, 0x77)), "lease revoke 77"),
        (_request(10, number(1, 1) + number(2, 0xAB) + number(3, 1)), "alarm activate NOSPACE of ab"),
        (_request(11, octets(1, number(1, 0x77) + number(2, 5))), "lease checkpoint 77 has 5 s left"),
        (_request(1100, octets(1, b"root") + octets(2, b"secret")), "user add root"),
        (_request(1300, octets(1, b"3.5.0")), "cluster version 3.5.0"),
        (_request(1302, number(1, 1) + octets(2, b"3.4")), "downgrade to 3.4"),
        (number(1, 9) + octets(2, b"PUT") + octets(3, b"/0/version") + octets(4, b"3.4.0"), "cluster version 3.4.0"),
        (number(1, 9) + octets(2, b"PUT") + octets(3, b"/1/x") + octets(4, b"y"), "PUT /1/x = y"),
        (octets(2, number(1, 9) + octets(2, b"DELETE") + octets(3, b"/1/x")) + HEADER, "DELETE /1/x"),
        (number(1, 9) + octets(2, b"SYNC") + number(11, 5), "SYNC "),
    ],
)
def test_requests(data: bytes, text: str) -> None:
    assert describe(0, data) == ("normal", text, None)


def test_an_entry_without_data_is_a_leaders_first() -> None:
    assert describe(0, b"") == ("noop", "", None)


def test_who_publishes_its_name_is_known_by_it() -> None:
    old = octets(2, b"PUT") + octets(3, b"/0/members/ab1/attributes") + octets(4, b'{"name":"n1","clientURLs":[]}')
    new = octets(1301, number(1, 0xAB1) + octets(2, octets(1, b"n1") + octets(2, b"http://h:2379")))

    assert describe(0, old).member == describe(0, new).member == Member("ab1", "n1")
    assert describe(0, new).text == "member ab1 is n1, serves clients at http://h:2379"


@pytest.mark.parametrize(
    ("kind", "context", "text"),
    [
        (0, b'{"id":10,"peerURLs":["http://h:1"],"name":"n4"}', "member add n4 a http://h:1"),
        (3, b'{"id":10,"peerURLs":["http://h:1"]}', "member add a http://h:1 (learner)"),
        (0, b'{"id":10,"peerURLs":null,"isPromote":true}', "member promote a"),
        (1, b"", "member remove a"),
        (2, b'{"id":10,"peerURLs":["http://h:2"]}', "member update a http://h:2"),
    ],
)
def test_changes_of_members(kind: int, context: bytes, text: str) -> None:
    data = number(1, 5) + number(2, kind) + number(3, 10) + (octets(4, context) if context else b"")

    told = describe(1, data)

    assert (told.kind, told.text) == ("config", text)


def test_changes_of_the_second_form() -> None:
    one = octets(2, number(1, 1) + number(2, 0xB))
    other = octets(2, number(1, 0) + number(2, 0xC))

    assert describe(2, one).text == "member remove b"
    assert describe(2, number(1, 1) + one + other).text == "member remove b; member add c"
    assert describe(2, b"") == ("config", "leave the joint configuration", None)


def test_a_long_value_is_its_beginning_its_length_and_its_hash() -> None:
    value = b"x" * 300

    text = describe(0, _request(4, _put(b"k", value))).text

    assert text == f"put k = {'x' * 48}... (300 B, sha256 {hashlib.sha256(value).hexdigest()[:16]})"


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_two_values_that_differ_are_shown_differently(one: bytes, other: bytes) -> None:
    assert (shown(one) == shown(other)) == (one == other)
    assert shown(one).isprintable()


@given(st.integers(0, 3), st.binary(max_size=200))
def test_whatever_the_bytes_are_there_is_a_text(entry_type: int, data: bytes) -> None:
    told = describe(entry_type, data)

    assert told.kind in ("normal", "config", "noop")
    assert told.text.isprintable() or told.member is not None or "/" in told.text
