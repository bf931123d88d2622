"""The form of a data-driven script, with none of Raft in it."""

from __future__ import annotations

import pytest

from raftlab.core.errors import TraceError
from raftlab.importers.etcd_script.script import Argument, Block, parse_command, parse_script


def one(text: str) -> Block:
    (block,) = parse_script(text, "s.txt")
    return block


def test_a_block_knows_its_lines() -> None:
    text = "# why\n\ngreet 1 loud=true\nto whom\n----\nhello\n  there\n\nleave\n----\nok\n"

    greet, leave = parse_script(text, "s.txt")

    assert (greet.line, greet.command, greet.body, greet.expected) == (3, "greet", ("to whom",), ("hello", "  there"))
    assert (greet.body_line, greet.expected_line, greet.end_line) == (4, 6, 7)
    assert (leave.line, leave.expected, leave.end_line) == (9, ("ok",), 11)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("add 3", (Argument("3"),)),
        ("add a=1 b", (Argument("a", ("1",)), Argument("b"))),
        ("add v=(1,2, 3)", (Argument("v", ("1", "2", "3")),)),
        ("add v=()", (Argument("v", ()),)),
        ("add v=", (Argument("v", ("",)),)),
        ("add  v=(a(b,c),d)  w=x=y", (Argument("v", ("a(b,c)", "d")), Argument("w", ("x=y",)))),
    ],
)
def test_arguments(text: str, arguments: tuple[Argument, ...]) -> None:
    assert parse_command(text) == ("add", arguments)


def test_arguments_are_found_by_name_and_in_order() -> None:
    block = one("go 2 drop=(3,4) 1 type=MsgApp drop=5 fast=T slow=0\n----\n")

    assert block.words == ("2", "1")
    assert block.values("drop") == ("3", "4", "5")
    assert block.values("nothing") == ()
    assert (block.value("type"), block.value("nothing", "all")) == ("MsgApp", "all")
    assert (block.flag("fast"), block.flag("slow"), block.flag("nothing")) == (True, False, False)
    assert str(block) == "go 2 drop=(3,4) 1 type=MsgApp drop=5 fast=T slow=0"


def test_a_flag_that_is_neither_says_where_it_stands() -> None:
    block = one("\ngo fast=maybe\n----\n")

    with pytest.raises(TraceError, match=r"^s\.txt:2: go: fast=maybe is neither true nor false$"):
        block.flag("fast")


def test_a_command_goes_on_after_a_backslash() -> None:
    block = one("go a \\\n  b \\\n  c\n----\nok\n")

    assert block.words == ("a", "b", "c")
    assert (block.line, block.expected_line) == (1, 5)


def test_output_between_doubled_dashes_holds_empty_lines() -> None:
    first, second = parse_script("go\n----\n----\na\n\nb\n----\n----\n\nnext\n----\nok\n", "s.txt")

    assert first.doubled
    assert first.expected == ("a", "", "b")
    assert (first.expected_line, first.end_line) == (4, 8)
    assert (second.line, second.expected, second.doubled) == (10, ("ok",), False)


def test_a_body_of_commands() -> None:
    block = one("log-level none\nadd 2 v=(1,2)\n\n# a comment\n  run\n----\nok\n")

    assert [(it.line, it.command, it.words) for it in block.subblocks] == [(2, "add", ("2",)), (5, "run", ())]
    assert block.subblocks[0].values("v") == ("1", "2")


def test_a_subtest_has_no_output() -> None:
    subtest, go = parse_script("subtest first\n\ngo\n----\nok\n", "s.txt")

    assert (subtest.command, subtest.words, subtest.expected) == ("subtest", ("first",), ())
    assert go.line == 3


def test_output_may_be_empty_or_end_with_the_file() -> None:
    empty, last = parse_script("go\n----\n\ngo\n----\nok", "s.txt")

    assert empty.expected == ()
    assert last.expected == ("ok",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ngo\nbody\n", r"^s\.txt:2: the command 'go' has no line '----' below it"),
        ("go v=(1,2\n----\n", r"^s\.txt:1:6: the parenthesis of v=\( is never closed"),
        ("go =3\n----\n", r"^s\.txt:1:4: an argument is a word, key=value or"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        parse_script(text, "s.txt")


def test_a_script_of_another_system_with_windows_lines() -> None:
    block = one("go 1\r\n----\r\nok\r\n")

    assert (block.words, block.expected) == (("1",), ("ok",))
