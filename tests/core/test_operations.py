"""The language of commands: what each text means, and what is said of a text that isn't one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from raftlab.core.operations import (
    Add,
    AnyOperation,
    Compact,
    Comparison,
    Delete,
    Get,
    Grant,
    Malformed,
    Opaque,
    Put,
    Revoke,
    Transaction,
    as_integer,
    parse,
    plain_put,
)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x=3", Put("x", "3")),
        ("  x  =  3  ", Put("x", "3")),
        ("x=", Put("x", "")),
        ("/a/b:c.d-e#1=hello world", Put("/a/b:c.d-e#1", "hello world")),
        ("x=a=b", Put("x", "a=b")),
        ("get = 5", Put("get", "5")),
        ("lease = 5", Put("lease", "5")),
        ("x=3 @L1", Put("x", "3", "L1")),
        ("x=  @L1", Put("x", "", "L1")),
        ("x=@L1", Put("x", "@L1")),
        ("mail=a@b", Put("mail", "a@b")),
        ("del x", Delete("x")),
        ("\tget   x\n", Get("x")),
        ("add x 1", Add("x", 1)),
        ("add x -12", Add("x", -12)),
        ("lease grant L1 10s", Grant("L1", 10_000_000)),
        ("lease grant L1 1.5s", Grant("L1", 1_500_000)),
        ("lease revoke L1", Revoke("L1")),
        ("compact 5", Compact(5)),
        ("x=3; del y;", Transaction((), (Put("x", "3"), Delete("y")))),
        ("get x; y=2", Transaction((), (Get("x"), Put("y", "2")))),
        ("if x==3 then x=4", Transaction((Comparison("value", "x", "==", "3"),), (Put("x", "4"),))),
        (
            "if  x == 3  then  x = 4 ;y=5 @L1  else  get z",
            Transaction((Comparison("value", "x", "==", "3"),), (Put("x", "4"), Put("y", "5", "L1")), (Get("z"),)),
        ),
        (
            "if rev(x)==7 and y exists and z missing then del x",
            Transaction(
                (
                    Comparison("revision", "x", "==", "7"),
                    Comparison("existence", "y", "=="),
                    Comparison("existence", "z", "!="),
                ),
                (Delete("x"),),
            ),
        ),
        ("if x<=3 then x=4", Transaction((Comparison("value", "x", "<=", "3"),), (Put("x", "4"),))),
        ("if x!=a then x=4", Transaction((Comparison("value", "x", "!=", "a"),), (Put("x", "4"),))),
    ],
)
def test_what_a_text_means(text: str, meaning: AnyOperation) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize("text", ["", "  ", "hello", "hello world", "so x = 3", "one; two", "x", "deleted", "x==3"])
def test_free_text_means_nothing(text: str) -> None:
    assert parse(text) == Opaque()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("del", "del x"),
        ("get x y", "get x"),
        ("add x one", "add x 1"),
        ("add x 1.5", "add x 1"),
        ("add x " + "9" * 5000, "add x 1"),
        ("compact", "compact 5"),
        ("compact " + "9" * 5000, "compact 5"),
        ("lease grant L1", "lease grant L1 10s"),
        ("lease grant L1 ten", "12.345s"),
        ("lease grant L1 0s", "10s"),
        ("lease grant L1 " + "9" * 5000 + "s", "10s"),
        ("if x==3", "then"),
        ("if x=3 then x=4", "x==3"),
        ("if rev(x)==a then x=4", "x==3"),
        ("if x==3 then x=4; x=5", "twice"),
        ("if x==3 then x=4; del x", "twice"),
        ("x=1; x=2", "twice"),
        ("x=1; hello", "hello"),
        ("if x==3 then add x 1", "add x 1"),
        ("if x==3 then  else x=4", "may hold"),
        ("if x==3 then ; else x=4", "at least one"),
    ],
)
def test_a_mistake_says_what_would_be_right(text: str, hint: str) -> None:
    found = parse(text)

    assert isinstance(found, Malformed)
    assert hint in found.reason


@pytest.mark.parametrize(
    ("relation", "operand", "value", "holds"),
    [
        ("==", "3", "3", True),
        ("==", "3", "03", True),
        ("==", "a", "b", False),
        ("!=", "3", "4", True),
        ("<", "10", "9", True),  # as text it would be greater
        (">", "10", "9", False),
        ("<", "10", "9a", False),
        (">=", "3", "3", True),
        ("<=", "3", "4", False),
        ("!=", "3", None, False),
        ("==", "", None, False),
    ],
)
def test_comparisons_of_values(relation: str, operand: str, value: str | None, holds: bool) -> None:
    assert Comparison("value", "x", relation, operand).holds(value, 5) is holds


def test_comparisons_of_revisions_and_existence() -> None:
    assert Comparison("revision", "x", "==", "7").holds("3", 7)
    assert not Comparison("revision", "x", "==", "7").holds("3", 8)
    assert Comparison("revision", "x", "==", "0").holds(None, 0)
    assert Comparison("existence", "x", "==").holds("", 1)
    assert not Comparison("existence", "x", "==").holds(None, 0)
    assert Comparison("existence", "x", "!=").holds(None, 0)


def test_integers() -> None:
    assert [as_integer(text) for text in ("0", "-7", "007", "", "-", "1.0", "²", "٣", "--1", "9" * 101)] == [
        0, -7, 7, None, None, None, None, None, None, None,
    ]  # fmt: skip


@given(st.text(alphabet="x1_=;@ -²éif", max_size=8))
@example("e\u0301=1")  # an identifier for Python, but no key
def test_the_short_cut_says_what_the_grammar_says(text: str) -> None:
    short = plain_put(text)

    assert short is None or parse(text) == Put(*short)


words = st.sampled_from(
    ["if", "then", "else", "and", "x", "y==3", "x=3", ";", "rev(x)", "==", "7", "exists", "missing", "lease", "grant",
     "revoke", "L1", "@L1", "10s", "compact", "add", "del", "get", "=", "hello"]
)  # fmt: skip


@given(st.lists(words, max_size=10).map(" ".join) | st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    assert isinstance(parse(text), AnyOperation)
