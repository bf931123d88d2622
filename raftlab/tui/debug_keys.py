"""All keys of the debugger, by what they are for. The foot shows the first that fit, `?` shows all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.tui.keys import group, hidden, shown

if TYPE_CHECKING:
    from textual.binding import BindingType

DEBUG_KEYS: list[BindingType] = [
    *group(
        "step",
        shown("right,n", "step(1)", "step", "one event forward", display="→ n"),
        shown("left,p", "step(-1)", "back", "one event back", display="← p"),
        shown("s,f10", "over(1)", "over", "step over all that this event leads to at once", display="s"),
        hidden("S,shift+f10", "over(-1)", "step back over: to where this step began", display="S"),
        hidden("u,f11", "into", "into: to the event that caused this one", display="u"),
        hidden("U,shift+f11", "out", "out: back to where u came from; else to an effect", display="U"),
        hidden("apostrophe", "return", "back to where the last jump began", display="'"),
    ),
    *group(
        "run",
        shown("r,f5", "run(1)", "run", "continue to the next breakpoint", display="r"),
        hidden("R,shift+f5", "run(-1)", "reverse-continue to the breakpoint before", display="R"),
        shown("b,f9", "break", "break", "set a breakpoint at an event or a predicate", display="b"),
        hidden("B", "breaks", "breakpoints: on, off, edit, delete"),
        shown("colon", "query", "until", "run until something holds, such as n2.term > 3", display=":"),
        shown("space", "play", "play", "play, pause"),
        hidden("plus,equals_sign", "speed(1)", "play faster", display="+"),
        hidden("minus", "speed(-1)", "play slower", display="-"),
        hidden("escape", "stop", "stop searching or playing; then list all again", display="esc"),
    ),
    *group(
        "find",
        shown("slash", "search", "find", "find a text in the sentences", display="/"),
        hidden("enter", "again(1)", "the last search once more, forward", display="enter"),
        hidden("backspace", "again(-1)", "the last search once more, backward"),
        shown("g", "go", "go", "go to an event's number or a time"),
        shown("l,ampersand", "only", "only", "list only a kind, node, term, message, text", display="l &"),
        shown("h", "filter", "hide noise", "hide noise; then only steps, turns; then all"),
    ),
    *group(
        "turns",
        shown("N,right_square_bracket", "jump('important', 1)", "turn", "next turn of the story", display="N ]"),
        hidden("P,left_square_bracket", "jump('important', -1)", "previous turn of the story", display="P ["),
        shown("e", "jump('election', 1)", "election", "next election"),
        hidden("E", "jump('election', -1)", "previous election"),
        shown("c", "jump('commit', 1)", "commit", "next commit"),
        hidden("C", "jump('commit', -1)", "previous commit"),
        shown("f", "jump('fault', 1)", "fault", "next fault (crash, cut, partition) or its end"),
        hidden("F", "jump('fault', -1)", "previous fault"),
        hidden("o", "jump('conflict', 1)", "next conflict (entries that don't fit)"),
        hidden("O", "jump('conflict', -1)", "previous conflict"),
        hidden("i", "jump('broken', 1)", "next broken invariant"),
        hidden("I", "jump('broken', -1)", "previous broken invariant"),
    ),
    *group(
        "watch and compare",
        shown("v", "watch_value", "watch", "watch a value, such as n1.commit or len(leaders)"),
        hidden("V", "watches", "watches: edit, delete, go to a change"),
        hidden("x", "change(1)", "next change of a watched value"),
        hidden("X", "change(-1)", "last change of a watched value"),
        shown("m", "mark", "mark", "mark here: diff compares it with where you go"),
        hidden("M", "to_mark", "go to the mark"),
    ),
    *group(
        "note",
        shown("a", "note", "note", "write a note here; it is kept beside the trace"),
        hidden("k", "bookmark", "set a bookmark at this event, or take it away"),
        hidden("A", "notes", "notes: go to, edit, delete"),
        hidden("full_stop", "to_note(1)", "next note or bookmark", display="."),
        hidden("comma", "to_note(-1)", "previous note or bookmark", display=","),
    ),
    *group(
        "see",
        shown("tab", "tab(1)", "pane", "next pane"),
        hidden("shift+tab", "tab(-1)", "previous pane"),
        hidden("1", "node(1)", "show that node whole", display="1-9"),
        *(hidden(f"{number}", f"node({number})") for number in range(2, 10)),
        hidden("0", "follow", "show the node of the event again"),
        hidden("up", "row(-1)", "a row up in the list"),
        hidden("down", "row(1)", "a row down in the list"),
        hidden("pageup", "page(-1)", "page up"),
        hidden("pagedown", "page(1)", "page down"),
        hidden("ctrl+up", "scroll(-3)", "scroll the pane up"),
        hidden("ctrl+down", "scroll(3)", "scroll the pane down"),
        hidden("home", "end(-1)", "before the first event"),
        hidden("end", "end(1)", "the last event"),
    ),
    *group(
        "and more",
        hidden("H", "histories", "check what clients were told: is it linearizable?"),
        hidden("K", "what_if", "what if: this run again without the command here, beside it"),
        hidden("w", "watch", "let it live on from here, and act (runs of ours)"),
        shown("q", "quit", "quit", "back, or leave"),
    ),
]  # fmt: skip
