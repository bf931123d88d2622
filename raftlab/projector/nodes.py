"""Nodes: a disc in the colour of its term, its name and term on it, its role around and under it.

A leader has a crown and a thick gold ring; a candidate one dot for each voter (plus, minus, or nothing yet); a
leader that has been replaced a dotted ring. The ring that empties is the election timer, gold in its last
quarter. Crashed is hollow and crossed, paused has two bars, a learner a dashed rim; one that was removed fades.
"""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.projector.metrics import shrunk, text_width
from raftlab.projector.picture import Picture
from raftlab.projector.shapes import SMALLEST, Box, Crown, Disc, Line, Ring, Shape, Text
from raftlab.view.layout import smooth
from raftlab.view.looks import Look, word_for
from raftlab.view.palette import mix, term_colour, term_pattern, text_on
from raftlab.view.quorum import configuration, voters_of

if TYPE_CHECKING:
    from raftlab.core.model import Node
    from raftlab.view.layout import Point

__all__ = ["Picture", "draw", "label_rect", "sign_rect"]

FADE_US = 200_000
LABEL = 26.0
DOT = 13.0
"""The radius of a vote's dot."""
_GONE = (Look.CRASHED, Look.REMOVED)


def draw(picture: Picture) -> list[Shape]:
    """All nodes of a lane: discs, then words, then crowns and votes, which a neighbour's word must not cover."""
    discs: list[Shape] = []
    words: list[Shape] = []
    signs: list[Shape] = []
    for name, at in picture.places.items():
        node, look = picture.cluster.nodes[name], picture.looks[name]
        alpha = picture.presence[name]
        if alpha > 0:
            discs += _body(picture, node, look, at, alpha)
            words += _words(picture, node, look, at, alpha)
            signs += _around(picture, node, look, at, alpha)
    return discs + words + signs


def label_rect(picture: Picture, name: str) -> tuple[float, float, float, float]:
    """The room of the word under a node."""
    x, y = picture.places[name]
    word = word_for(picture.cluster, picture.cluster.nodes[name])
    width = text_width(word, LABEL, "regular") + 20
    return (x - width / 2, _label_y(picture, y) - 18, width, 36)


def sign_rect(picture: Picture, name: str) -> tuple[float, float, float, float] | None:
    """The room of what stands above a node: a crown, two bars, the dots of votes."""
    (x, y), look = picture.places[name], picture.looks[name]
    if look in (Look.CANDIDATE, Look.PRE_CANDIDATE):
        count = len(voters_for(picture, picture.cluster.nodes[name]))
        reach, turn = vote_arc(picture.seat.timer, count)
        far = (count - 1) / 2 * turn
        half, foot = reach * sin(min(far, pi / 2)) + DOT, y - reach * cos(far) + DOT
    elif look in (Look.LEADER, Look.PAUSED):
        half, foot = 44.0, y - picture.seat.timer
    else:
        return None
    top = y - picture.seat.timer - 44
    return (x - half, top, 2 * half, foot - top)


def _label_y(picture: Picture, y: float) -> float:
    return y + picture.seat.timer + 28


def _body(picture: Picture, node: Node, look: Look, at: Point, alpha: float) -> list[Shape]:
    x, y = at
    theme, radius = picture.theme, picture.seat.disc
    if look in _GONE:
        shapes: list[Shape] = [Disc(x, y, radius, theme.ground, theme.muted, 4, alpha=alpha)]
        if look is Look.REMOVED:
            return shapes  # it was let go; nothing is lost
        for angle in (0.25, 0.75, 1.25, 1.75):
            dx, dy = cos(angle * pi), sin(angle * pi)
            shapes.append(
                Line(
                    x + dx * (radius - 4), y + dy * (radius - 4), x + dx * (radius + 17), y + dy * (radius + 17),
                    7, theme.bad, alpha,
                )
            )  # fmt: skip
        return shapes
    term = picture.term_of(node.name)
    colour = term_colour(term) if node.current_term is not UNKNOWN else theme.track
    if look is Look.PAUSED:
        colour = mix(colour, theme.ground, 0.45)
    rim = mix(colour, theme.ink, 0.35) if look is not Look.LEARNER else theme.ink
    dashes = 18 if look is Look.LEARNER else 0
    return [Disc(x, y, radius, colour, rim, 4, dashes, term_pattern(term), alpha)]


def _around(picture: Picture, node: Node, look: Look, at: Point, alpha: float) -> list[Shape]:
    x, y = at
    theme, radius = picture.theme, picture.seat.timer
    if look is Look.LEADER:
        since = _since_role(picture, node.name, e.BecameLeader)
        crown_y = y - radius - 7 - 14 * (1 - since)
        return [
            Ring(x, y, radius, 9, theme.gold, alpha=alpha * since),
            Crown(x, crown_y, picture.seat.disc * 1.05, theme.gold, alpha * since),
        ]
    if look is Look.OLD_LEADER:
        return [Ring(x, y, radius, 7, theme.muted, dots=22, alpha=alpha)]
    if look is Look.PAUSED:
        return [
            Ring(x, y, radius, 5, theme.track, alpha=alpha),
            Box(x - 13, y - radius - 33, 9, 25, 3, theme.ink, alpha=alpha),
            Box(x + 4, y - radius - 33, 9, 25, 3, theme.ink, alpha=alpha),
        ]
    if look in _GONE:
        return []
    shapes: list[Shape] = _timer(picture, node, at, alpha)
    if look in (Look.CANDIDATE, Look.PRE_CANDIDATE):
        shapes += _votes(picture, node, at, alpha)
    return shapes


def _since_role(picture: Picture, name: str, kind: type[e.Event]) -> float:
    """0 to 1 while a role's signs appear."""
    if picture.moment.settled:
        return 1.0
    for _, event in reversed(picture.moment.since(FADE_US)):
        if type(event) is kind and event.node == name:
            return 0.25 + 0.75 * smooth(picture.moment.age(event.at_us) / FADE_US)
    return 1.0


def _timer(picture: Picture, node: Node, at: Point, alpha: float) -> list[Shape]:
    """The election timer: what is left of it."""
    x, y = at
    theme, radius = picture.theme, picture.seat.timer
    shapes: list[Shape] = [Ring(x, y, radius, 6, theme.track, alpha=alpha)]
    timer = node.timers.get("election") if node.timers is not UNKNOWN else None
    if timer is not None and timer.due_us > timer.since_us:
        left = (timer.due_us - picture.moment.time_us) / (timer.due_us - timer.since_us)
        left = min(1.0, max(0.0, left))
        if left > 0:
            colour = theme.gold if left <= 0.25 else theme.ink
            shapes.append(Ring(x, y, radius, 6, colour, left, alpha=alpha))
    return shapes


def _votes(picture: Picture, node: Node, at: Point, alpha: float) -> list[Shape]:
    """One dot for each voter, in the cluster's order, on an arc above: plus for yes, minus for no."""
    theme = picture.theme
    voters = voters_for(picture, node)
    votes = node.votes if node.votes is not UNKNOWN else {}
    reach, turn = vote_arc(picture.seat.timer, len(voters))
    size = DOT
    colour = term_colour(picture.term_of(node.name))
    shapes: list[Shape] = []
    for number, voter in enumerate(voters):
        angle = (number - (len(voters) - 1) / 2) * turn
        x, y = at[0] + reach * sin(angle), at[1] - reach * cos(angle)
        granted = votes.get(voter)
        if granted is None:
            shapes.append(Disc(x, y, size, theme.ground, theme.muted, 2.5, 8, alpha=alpha))
        elif granted:
            ink = text_on(colour)
            shapes += [
                Disc(x, y, size, colour, theme.ink, 2.5, alpha=alpha),
                Line(x - 7, y, x + 7, y, 3.5, ink, alpha),
                Line(x, y - 7, x, y + 7, 3.5, ink, alpha),
            ]
        else:
            shapes += [
                Disc(x, y, size, theme.ground, theme.ink, 2.5, alpha=alpha),
                Line(x - 7, y, x + 7, y, 3.5, theme.ink, alpha),
            ]
    return shapes


def voters_for(picture: Picture, node: Node) -> tuple[str, ...]:
    """Whose votes a node counts: its own configuration's, both halves of a joint one; else the cluster's."""
    known = node.config is not UNKNOWN and node.config.voters
    return voters_of(node.config if known else configuration(picture.cluster))


def vote_arc(timer: float, voters: int) -> tuple[float, float]:
    """How far from the node's centre the dots of so many voters stand, and the angle from one to the next."""
    reach = timer + 24
    return reach, min(2 * (DOT + 3.5) / reach, 1.7 * pi / max(1, voters))


def _words(picture: Picture, node: Node, look: Look, at: Point, alpha: float) -> list[Shape]:
    x, y = at
    theme, radius = picture.theme, picture.seat.disc
    term = picture.term_of(node.name)
    if look in _GONE:
        ink = theme.muted
    elif node.current_term is UNKNOWN:
        ink = theme.ink
    else:
        colour = term_colour(term)
        ink = text_on(mix(colour, theme.ground, 0.45) if look is Look.PAUSED else colour)
    name, size = shrunk(node.name, radius * 0.58, SMALLEST, "semibold", radius * 1.72)
    shapes: list[Shape] = [
        Text(x, y - radius * 0.20, name, size, ink, "semibold", "centre", alpha),
    ]
    if node.current_term is not UNKNOWN:
        room = radius * 1.56
        label = f"term {term}" if text_width(f"term {term}", SMALLEST) <= room else f"t{term}"
        text, size = shrunk(label, 26.0, SMALLEST, "regular", room)
        shapes.append(Text(x, y + radius * 0.33, text, size, ink, "regular", "centre", alpha))
    word = word_for(picture.cluster, node)
    if look is not Look.UNKNOWN and not (picture.seat.crowded and word == Look.FOLLOWER.value):
        left, top, width, height = label_rect(picture, node.name)
        ground = picture.grounds[node.name]
        shapes.append(Box(left, top, width, height, 17, ground, alpha=0.85 * alpha))
        colour = {Look.LEADER: theme.gold_text, Look.CRASHED: theme.bad_text}.get(look, theme.ink)
        if look is Look.FOLLOWER and word == look.value:
            colour = theme.muted
        face = "semibold" if look is Look.LEADER else "regular"
        shapes.append(Text(x, _label_y(picture, y), word, LABEL, colour, face, "centre", alpha))  # type: ignore[arg-type]
    return shapes
