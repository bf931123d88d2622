"""Draws a space-time diagram in terminal cells: time runs down, a row a moment, a column a lane.

    ▸ 0.158 s   ◆ stands            │             here, what caused it (▲), what came before (△) or after (▽) it,
    ▼ 0.169 s   │⠑⠒⠤⢄⡀              │             what it led to (▼), and what nothing orders with it (∥, ○)
    ∥ 0.171 s   │    ⠈⠑⠒⠤▸● vote? 1 │

Shapes say all of it, colours only help: a leader's lane is thick, a candidate's broken, that of a crashed node dotted;
a lost message ends in ✕, one of which no log tells its other end in ?.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.tui.grid import BOLD, DIM, PLAIN, REVERSE, Grid, fit
from raftlab.tui.space_time_lines import Places, arrow_way
from raftlab.view.describe import describe
from raftlab.view.importance import ALARM, TURN, importance
from raftlab.view.looks import GLYPHS, Look
from raftlab.view.message_words import message_label
from raftlab.view.palette import mix, term_colour, text_on
from raftlab.view.space_time import Fate, Relation, moment_sign, moment_words, relation_of
from raftlab.view.space_time.lanes import ABSENT

if TYPE_CHECKING:
    from raftlab.view.palette import Theme
    from raftlab.view.space_time import Arrow, LaneState, Moment, Row

RELATION_SIGNS: Final = {
    Relation.HERE: "▸", Relation.CAUSE: "▲", Relation.BEFORE: "△", Relation.AFTER: "▽", Relation.CONSEQUENCE: "▼",
    Relation.CONCURRENT: "∥",
}  # fmt: skip
LEGEND: Final = (
    "▸ here", "▲ cause", "▼ consequence", "∥ concurrent", "△▽ before, after", "✕ lost", "┃ leads", "╎ stands", "· down",
    "? other end not told",
)  # fmt: skip
"""What the signs mean, the most needed first."""

_LINES: Final = {
    Look.LEADER: "┃", Look.OLD_LEADER: "┃", Look.CANDIDATE: "╎", Look.PRE_CANDIDATE: "╎", Look.FOLLOWER: "│",
    Look.LEARNER: "│", Look.CRASHED: "·", Look.PAUSED: "┊", Look.REMOVED: " ", Look.UNKNOWN: "┆",
}  # fmt: skip

_STRONG: Final = (Relation.HERE, Relation.CAUSE, Relation.CONSEQUENCE)


class Plan(Struct, frozen=True):
    """Where things stand, in cells: the lanes' columns by name, the room right of each, where sentences begin (0: there
    is no room for any), and how wide the times are."""

    columns: dict[str, int]
    room: int
    sentences: int
    time_width: int
    missing: list[str]


class Words(Struct, frozen=True):
    """What is written of a moment: its sign, the few words, the sentence of its main event, how much that matters."""

    sign: str
    few: list[str]
    sentence: str
    level: int


def words_of(moment: Moment) -> Words:
    """What there is to write of a moment."""
    main = moment.event(moment.main)
    return Words(moment_sign(moment), moment_words(moment), describe(main), importance(main))


class Scene(Struct, frozen=True):
    """What there is to draw. `top`: which of the rows stands first; `times` are the times in words of those that can be
    seen; `now` what the lanes are at the cursor; `before` what they were above the first row; `words` what has been
    written of moments before, by their first event (it is added to)."""

    rows: list[Row]
    arrows: list[Arrow]
    relations: dict[int, Relation]
    position: int
    top: int
    times: list[str]
    now: dict[str, LaneState]
    before: dict[str, LaneState]
    words: dict[int, Words]
    note: str = ""


def paint_space_time(scene: Scene, plan: Plan, width: int, height: int, theme: Theme, *, mono: bool = False) -> Grid:
    """The diagram: a line of names, the rows, a line that says what the signs mean."""
    brush = _Brush(Grid(width, height, theme.ground), scene, plan, theme, mono)
    brush.paint_names()
    brush.paint_ground()
    brush.paint_lanes()
    for place in brush.visible:
        brush.measure(place)
    brush.paint_arrows()
    for place in brush.visible:
        brush.paint_row(place)
    brush.paint_losses()
    brush.paint_foot()
    return brush.grid


class _Brush:
    """The grid that is painted on, and what all parts of the painting need to know."""

    def __init__(self, grid: Grid, scene: Scene, plan: Plan, theme: Theme, mono: bool) -> None:
        self.grid, self.scene, self.plan, self.theme, self.mono = grid, scene, plan, theme, mono
        self.visible = range(scene.top, min(len(scene.rows), scene.top + max(0, grid.height - 2)))
        self.places = Places(scene.rows)
        self.losses: list[tuple[int, int, str]] = []
        self.aside = self.rows_with_open_ends()
        self.now_row = self.places.row_near(scene.position)

    def y(self, place: int) -> int:
        """The line of a row."""
        return 1 + place - self.scene.top

    def is_future(self, place: int) -> bool:
        """Whether a row begins after the cursor."""
        return self.scene.rows[place].moment.first > self.scene.position

    def dim(self, colour: str, future: bool) -> str:
        """A colour as the past or the future has it."""
        return mix(colour, self.theme.ground, 0.5) if future else colour

    def faint(self, future: bool) -> int:
        """What makes the future faint where there are no colours to do so."""
        return DIM if future and self.mono else PLAIN

    # -- around the rows ---------------------------------------------------------------------------------------------

    def paint_names(self) -> None:
        grid, theme, plan = self.grid, self.theme, self.plan
        grid.text(0, 0, " " * grid.width, theme.muted, theme.panel)
        grid.text(2, 0, fit("time", plan.time_width), theme.muted, theme.panel)
        for name, x in plan.columns.items():
            state = self.scene.now.get(name, ABSENT)
            glyph = GLYPHS[state.look] if name in self.scene.now else " "
            said = f"{glyph} {name}"
            grid.text(x, 0, fit(said, plan.room + 1), theme.ink, theme.panel, BOLD)
            if state.term is not None and len(said) + len(str(state.term)) + 3 <= plan.room + 1:
                self.chip(x + len(said) + 1, 0, state.term)
        if plan.sentences:
            grid.text(plan.sentences, 0, "what happens", theme.muted, theme.panel)

    def chip(self, x: int, y: int, term: int) -> int:
        """A term as a small plate in its colour; how wide it is."""
        said = f"[{term}]" if self.mono else str(term)
        colour = term_colour(term)
        self.grid.text(x, y, said, text_on(colour), colour, BOLD)
        return len(said)

    def paint_ground(self) -> None:
        """The cursor's row stands out."""
        theme, grid = self.theme, self.grid
        here = self.now_row
        if here in self.visible and self.scene.position in self.scene.rows[here].moment:
            ground = mix(theme.ground, theme.gold, 0.22)
            for half in (0, 1):
                grid.pixels[2 * self.y(here) + half] = [ground] * grid.width

    def paint_foot(self) -> None:
        grid, theme, plan = self.grid, self.theme, self.plan
        y = grid.height - 1
        if y < 1:
            return
        parts = [*([not_shown(plan.missing)] if plan.missing else []), *([self.scene.note] if self.scene.note else [])]
        x = 0
        for number, part in enumerate([*parts, *LEGEND]):
            if x + len(part) + 2 > grid.width and x:
                break
            grid.text(x, y, f" {fit(part, grid.width - 2)} ", theme.ink if number < len(parts) else theme.muted)
            x += len(part) + 2

    # -- lanes and arrows --------------------------------------------------------------------------------------------

    def paint_lanes(self) -> None:
        rows, theme = self.scene.rows, self.theme
        for place in self.visible:
            states, future = rows[place].states, self.is_future(place)
            for name, x in self.plan.columns.items():
                state = states.get(name, ABSENT)
                colour = theme.muted if state.term is None else term_colour(state.term)
                if state.look is Look.CRASHED:
                    colour = theme.muted
                bold = BOLD if state.look in (Look.LEADER, Look.OLD_LEADER) else PLAIN
                self.put(x, self.y(place), _LINES[state.look], self.dim(colour, future), bold | self.faint(future))

    def paint_arrows(self) -> None:
        """All arrows as braille; where two share a cell, its dots are joined and the later one gives the colour."""
        cells: dict[tuple[int, int], tuple[int, str]] = {}
        signs: list[tuple[int, int, str, str]] = []
        columns, now = self.plan.columns, self.now_row
        lanes, first, last = set(columns.values()), self.visible.start, self.visible.stop - 1
        for arrow in self.scene.arrows:
            if not self.can_be_seen(arrow):
                continue
            way = arrow_way(arrow, self.places, columns)
            if way is None or way.end[1] < first or way.start[1] > last:
                continue
            colour = self.arrow_colour(arrow)
            inks = colour, self.dim(colour, True)
            for x, row, dots in way.cells():
                if first <= row <= last and x not in lanes:
                    cells[x, row] = cells.get((x, row), (0, ""))[0] | dots, inks[row > now]
            signs += [(x, row, sign, inks[row > now]) for x, row, sign in way.signs]
            if arrow.fate is Fate.LOST:
                self.losses.append((*way.end, message_label(arrow.message)))
        for (x, row), (dots, ink) in cells.items():
            self.put(x, self.y(row), chr(0x2800 + dots), ink, self.faint(row > now))
        for x, row, sign, ink in signs:
            if first <= row <= last and x not in lanes:
                self.put(
                    x, self.y(row), sign, self.theme.bad_text if sign == "✕" else ink, BOLD | self.faint(row > now)
                )

    def can_be_seen(self, arrow: Arrow) -> bool:
        """Whether an arrow may touch the rows that are shown."""
        rows, seen = self.scene.rows, self.visible
        if not seen:
            return False
        first, last = rows[seen[0]].moment.first, rows[seen[-1]].moment.last
        starts = arrow.sent if arrow.sent is not None else arrow.ends
        return (starts is None or starts <= last) and (arrow.ends is None or arrow.ends >= first)

    def put(self, x: int, y: int, letter: str, ink: str, attributes: int = PLAIN) -> None:
        """One narrow letter on a cell of one colour: `Grid.text` for the hundreds of cells of lines."""
        grid = self.grid
        if 0 <= x < grid.width:
            grid.letters[y][x], grid.inks[y][x] = letter, (ink, grid.pixels[2 * y][x], attributes)

    def arrow_colour(self, arrow: Arrow) -> str:
        """Its term's colour; bright on the causal path of the cursor."""
        term = None if arrow.message is None else arrow.message.term
        colour = self.theme.muted if term is None or term is UNKNOWN else term_colour(term)
        places = [self.places.row_of(at) for at in (arrow.sent, arrow.ends) if at is not None]
        if places and all(place >= 0 and self.relation_at(place) in _STRONG for place in places):
            return mix(colour, self.theme.ink, 0.45)
        return colour

    # -- one row -----------------------------------------------------------------------------------------------------

    def paint_row(self, place: int) -> None:
        scene, theme, grid = self.scene, self.theme, self.grid
        moment, y = scene.rows[place].moment, self.y(place)
        here = scene.position in moment
        relation = self.relation_at(place)
        extra = REVERSE if here and self.mono else self.faint(self.is_future(place))
        strong = relation in _STRONG
        ink = theme.gold_text if here else theme.ink if strong else theme.muted
        if scene.position >= 0:
            grid.text(0, y, RELATION_SIGNS[relation], ink, None, extra | (BOLD if strong else PLAIN))
        grid.text(2, y, scene.times[place - scene.top], theme.muted, None, extra)
        if moment.lane in self.plan.columns:
            self.paint_mark(place, relation, extra)
        elif moment.lane is None and not isinstance(moment.events[0], e.MessageDropped | e.MessageDuplicated):
            self.paint_across(place, extra)
        if self.plan.sentences:
            event = moment.event(scene.position) if here else None
            words = self.words(moment)
            said = (words.sentence, words.level) if event is None else (describe(event), importance(event))
            self.sentence(y, *said, place, here, extra)

    def words(self, moment: Moment) -> Words:
        """What there is to write of a moment; most have been written before."""
        known = self.scene.words
        found = known.get(moment.first)
        if found is None:
            found = known[moment.first] = words_of(moment)
        return found

    def relation_at(self, place: int) -> Relation:
        """How a row stands to the cursor."""
        return relation_of(self.scene.relations, self.scene.rows[place].moment)

    def paint_mark(self, place: int, relation: Relation, extra: int) -> None:
        """The mark on the lane, the term where it changes, and the few words."""
        scene, theme, plan = self.scene, self.theme, self.plan
        row, y = scene.rows[place], self.y(place)
        name = str(row.moment.lane)
        x, future = plan.columns[name], self.is_future(place)
        words, term = self.words(row.moment), self.new_term(place)
        sign = words.sign
        if sign == "●" and relation is Relation.CONCURRENT and scene.position >= 0:
            sign = "○"
        ink = theme.bad_text if sign in "✕!" else theme.muted if future else theme.ink
        self.grid.text(x, y, sign, ink, None, extra | BOLD)
        at, left = self.words_at(place)
        if term is not None:
            taken = self.chip(at, y, term) + 1
            self.put(at + taken - 1, y, " ", ink)
            at, left = at + taken, left - taken
        bold = BOLD if words.level >= TURN or relation is Relation.HERE else PLAIN
        if words.few:
            self.write(at, y, words_that_fit(words.few, left), left, ink, extra | bold)

    def measure(self, place: int) -> None:
        """Note which columns the mark of a row and its words will take."""
        moment, term = self.scene.rows[place].moment, self.new_term(place)
        if moment.lane in self.plan.columns:
            at, left = self.words_at(place)
            chip = 0 if term is None else len(str(term)) + 1 + 2 * self.mono
            said = words_that_fit(self.words(moment).few, left - chip)
            self.places.written[place] = range(self.plan.columns[moment.lane] - 1, at + chip + len(said) + 1)

    def words_at(self, place: int) -> tuple[int, int]:
        """Where the words beside a mark begin, and how much room they have."""
        aside = 2 if place in self.aside else 0
        return self.plan.columns[str(self.scene.rows[place].moment.lane)] + 2 + aside, self.plan.room - 1 - aside

    def new_term(self, place: int) -> int | None:
        """The term of the lane on which a row's mark stands, if it has just changed and there is room to say so."""
        scene, row = self.scene, self.scene.rows[place]
        name = str(row.moment.lane)
        term = row.states.get(name, ABSENT).term
        earlier = (scene.rows[place - 1].states if place else scene.before).get(name, ABSENT)
        return None if term is None or term == earlier.term or self.plan.room < len(str(term)) + 7 else term

    def rows_with_open_ends(self) -> set[int]:
        """The rows where a ? stands right of the mark: a message to or from there, whose other end isn't told."""
        found, columns = set(), self.plan.columns
        for arrow in self.scene.arrows:
            source, target = columns.get(arrow.source, 0), columns.get(arrow.target, 0)
            if arrow.fate is Fate.UNSEEN and arrow.sent is not None and target > source:
                found.add(self.places.row_of(arrow.sent))
            elif arrow.fate is Fate.UNSENT and arrow.ends is not None and source > target:
                found.add(self.places.row_of(arrow.ends))
        return found

    def paint_across(self, place: int, extra: int) -> None:
        """What befalls the whole cluster: a line across all lanes, with its words."""
        row, y, theme = self.scene.rows[place], self.y(place), self.theme
        columns = self.plan.columns.values()
        if not columns:
            return
        first, last = min(columns), max(columns)
        for x in set(range(first, last + self.plan.room)) - set(columns):
            self.put(x, y, "┄", theme.line)
        known = self.words(row.moment)
        words = ", ".join(known.few) or known.sentence.rstrip(".")
        ink = theme.bad_text if known.level >= ALARM else theme.ink
        self.grid.text(first + 2, y, f" {fit(words, last - first + self.plan.room - 5)} ", ink, None, extra | BOLD)

    def paint_losses(self) -> None:
        """What was lost, beside each ✕ that has room for it before the next thing that stands there."""
        for x, row, label in self.losses:
            if row not in self.visible:
                continue
            # Painted once more: a loss is never hidden by what else happens then.
            self.put(x, self.y(row), "✕", self.theme.bad_text, BOLD | self.faint(row > self.now_row))
            letters = self.grid.letters[self.y(row)]
            free = next((at for at in range(x + 1, len(letters)) if not is_line(letters[at])), len(letters))
            if free - x - 2 >= min(6, len(label)):
                self.write(x + 1, self.y(row), f" {label}", free - x - 2, self.theme.muted)

    def write(self, x: int, y: int, text: str, room: int, ink: str, attributes: int = PLAIN) -> None:
        """Words among lines: a blank keeps them apart from a line that goes on behind them."""
        said = fit(text, room)
        after = self.grid.letters[y][x + len(said) : x + len(said) + 1]
        self.grid.text(x, y, f"{said} " if said and after and is_line(after[0]) else said, ink, None, attributes)

    def sentence(self, y: int, text: str, level: int, place: int, here: bool, extra: int) -> None:
        theme, left = self.theme, self.plan.sentences
        ink = theme.bad_text if level >= ALARM else theme.muted if self.is_future(place) else theme.ink
        bold = BOLD if here or level >= TURN else PLAIN
        self.grid.text(left, y, fit(text, self.grid.width - left - 1), ink, None, extra | bold)


def is_line(letter: str) -> bool:
    """Whether a cell holds nothing but a piece of a line between lanes."""
    return letter == "" or "\u2800" <= letter <= "\u28ff"


def words_that_fit(words: list[str], room: int) -> str:
    """As many of the words as fit beside one another; of the first, what fits."""
    said = fit(words[0], room) if words else ""
    for more in words[1:]:
        if len(said) + len(more) + 3 <= room:
            said = f"{said} · {more}"
    return said


def not_shown(missing: list[str]) -> str:
    """That some lanes don't fit, and what to do about it."""
    names = ", ".join(missing) if len(missing) <= 2 else f"{missing[0]} … {missing[-1]}"
    return f"{names} not shown: widen"
