"""The network: when a message arrives, or whether it is lost.

A message's fate is drawn when it is sent, from its own link's stream of chance, and recorded in the event that sends
it. One more message disturbs only its own link. A link keeps its order unless its model says otherwise, as TCP does.
Delays are integers, computed from integers, so that every machine comes to the same.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from typing import TYPE_CHECKING, Final

from raftlab.core.messages import AppendEntries, InstallSnapshot, Proposal

if TYPE_CHECKING:
    from raftlab.core.chance import Chance
    from raftlab.core.messages import Message
    from raftlab.core.model import Cluster, Link, LinkModel

_MILLION = 1_000_000
_24 = 1 << 24

HEADER_BYTES: Final = 64
"""What a message weighs without its entries; an entry weighs 16 bytes and its text."""

# -log2(1 - i/64) in parts per million, for the fractional part of an exponential delay.
_LOG2: Final = (
    0, 22_720, 45_804, 69_263, 93_109, 117_357, 142_019, 167_110, 192_645, 218_640, 245_112, 272_080, 299_560,
    327_575, 356_144, 385_290, 415_037, 445_411, 476_438, 508_147, 540_568, 573_735, 607_683, 642_448, 678_072,
    714_598, 752_072, 790_547, 830_075, 870_717, 912_537, 955_606, 1_000_000,
)  # fmt: skip
_LN2_PPM: Final = 693_147


Fate = tuple[int, str, int | None, int]
"""When a message arrives (or would); "deliver", "lose" or "cut"; when a second copy arrives, if there is one; when the
link has put it on the wire (0: at once)."""

Drawer = Callable[["tuple[int, int, int] | None", int, "Message"], Fate]
"""A link at work: from what it has carried (Node.sent), the time and a message to that message's fate."""


class Network:
    """Draws fates for one cluster."""

    __slots__ = ("_chance", "_cluster", "_drawers", "_links")

    def __init__(self, cluster: Cluster, chance: Chance) -> None:
        self._cluster = cluster
        self._chance = chance
        self._links = cluster.links
        self._drawers: dict[str, dict[str, Drawer]] = {}

    def drawer(self, sender: str, to: str) -> Drawer:
        """The link from one node to another, ready to draw from. Ask for each message: links change."""
        if self._cluster.links is not self._links:
            self._links = self._cluster.links  # some link has changed: the table is replaced then
            self._drawers.clear()
        try:
            return self._drawers[sender][to]
        except KeyError:
            drawer = _drawer(self._cluster.link(sender, to), f"{sender}>{to}", self._chance)
            self._drawers.setdefault(sender, {})[to] = drawer
            return drawer


def _drawer(link: Link, stream: str, chance: Chance) -> Drawer:
    """What a link's model comes to, worked out once: every message asks for all of it."""
    model = link.model
    if not (model.jitter_us or model.loss_ppm or model.duplicate_ppm):
        return _sure(link)
    latency_us, jitter_us, bandwidth = model.latency_us, model.jitter_us + 1, model.bandwidth
    uniform, keeps_order = model.distribution == "uniform", not model.reorder
    normally = "cut" if link.cut else "deliver"
    # A draw d of 20 bits counts as d * 1,000,000 >> 20 parts per million: these are the first that are too many.
    lost_below = 0 if link.cut else -(-(model.loss_ppm << 20) // _MILLION)
    doubled_below = 0 if link.cut else -(-(model.duplicate_ppm << 20) // _MILLION)
    draws = chance.stream("link", stream)

    def draw(carried: tuple[int, int, int] | None, now_us: int, message: Message) -> Fate:
        count, last_due, free_us = carried or _NOTHING
        words = draws.words if draws.number == count >> 3 else draws.turn(count >> 3)
        # One word serves three questions: 24 bits for the delay, 20 for the loss, 20 for the copy.
        word = words[count & 7]
        due = now_us + latency_us
        if bandwidth:
            free_us = max(now_us, free_us) + size_of(message) * _MILLION // bandwidth
            due = free_us + latency_us
        if uniform:
            due += (word & 0xFFFFFF) * jitter_us >> 24
        else:
            due = max(now_us, due + random_part(model, word & 0xFFFFFF))
        fate, copy_due = normally, None
        if lost_below and (word >> 24 & 0xFFFFF) < lost_below:
            fate = "lose"
        elif doubled_below and word >> 44 < doubled_below:
            copy_due = due + 1 + second_delay(model, word)
        if due < last_due and keeps_order:
            due = last_due
        return due, fate, copy_due, free_us

    return draw


def _sure(link: Link) -> Drawer:
    """A link that leaves nothing to chance."""
    model = link.model
    fate = "cut" if link.cut else "deliver"

    def draw(carried: tuple[int, int, int] | None, now_us: int, message: Message) -> Fate:
        _, last_due, free_us = carried or _NOTHING
        due = now_us + model.latency_us
        if model.bandwidth:
            free_us = max(now_us, free_us) + size_of(message) * _MILLION // model.bandwidth
            due = free_us + model.latency_us
        return (last_due if due < last_due and not model.reorder else due), fate, None, free_us

    return draw


_NOTHING = (0, 0, 0)


def size_of(message: Message) -> int:
    """About how many bytes a message has on the wire."""
    if isinstance(message, AppendEntries | Proposal):
        return HEADER_BYTES + sum([16 + len(entry.text) for entry in message.entries])
    return HEADER_BYTES + (len(message.data) if isinstance(message, InstallSnapshot) else 0)


def random_part(model: LinkModel, draw: int) -> int:
    """The random part of a delay from a draw in [0, 2**24), for all distributions but the uniform one."""
    jitter = model.jitter_us
    if model.distribution == "normal":
        # The sum of three uniform bytes is nearly normal: mean 382.5, deviation 128.
        total = (draw & 0xFF) + (draw >> 8 & 0xFF) + (draw >> 16)
        return jitter * (2 * total - 765) // 256
    rest = _24 - draw  # in (0, 2**24]
    if model.distribution == "exponential":
        return jitter * _minus_ln_ppm(rest) // _MILLION
    # Pareto with exponent 2, from 0: half of all stay below 0.41 of jitter_us, one in 10,000 reaches 99 times of it.
    return jitter * (1 << 12) // isqrt(rest) - jitter


def _minus_ln_ppm(part: int) -> int:
    """-ln(part / 2**24) in parts per million, for part in (0, 2**24]."""
    halvings = 24 - part.bit_length() + (part & (part - 1) == 0)
    mantissa = part << halvings  # in (2**23, 2**24]
    place, fraction = divmod(_24 - mantissa, 1 << 18)
    low, high = _LOG2[place], _LOG2[min(place + 1, 32)]
    log2_ppm = halvings * _MILLION + low + (high - low) * fraction // (1 << 18)
    return log2_ppm * _LN2_PPM // _MILLION


def second_delay(model: LinkModel, word: int) -> int:
    """How much later a copy arrives: some part of the link's delay."""
    return (word >> 8 & 0xFFFFFF) * (model.latency_us + model.jitter_us + 1) >> 24
