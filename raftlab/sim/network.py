"""The network: when a message arrives, or whether it is lost.

A message's fate is drawn when it is sent, from its own link's stream of chance, and recorded in the event that sends
it. One more message disturbs only its own link. A link keeps its order unless its model says otherwise, as TCP does.
Delays are integers, computed from integers, so that every machine comes to the same.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Final

from raftlab.core.messages import AppendEntries, InstallSnapshot, Proposal

if TYPE_CHECKING:
    from raftlab.core.chance import Chance
    from raftlab.core.messages import Message
    from raftlab.core.model import Cluster, Link, LinkModel, Node

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


class Network:
    """Draws fates for one cluster."""

    __slots__ = ("_chance", "_channels", "_cluster")

    def __init__(self, cluster: Cluster, chance: Chance) -> None:
        self._cluster = cluster
        self._chance = chance
        self._channels: dict[tuple[str, str], _Channel] = {}

    def fate(self, sender: Node, to: str, now_us: int, message: Message) -> tuple[int, str, int | None, int]:
        """What becomes of a message that `sender` sends now.

        Returns:
            when it arrives (or would), "deliver" or "lose" or "cut", when a second copy arrives, if there is one, and
            when the link has put it on the wire (0: at once).
        """
        name = sender.name
        ways = self._cluster.links.get(name)
        link = None if ways is None else ways.get(to)
        channel = self._channels.get((name, to))
        if channel is None or channel.link is not link or link is None:
            link = self._cluster.link(name, to)
            channel = self._channels[name, to] = _Channel(link, f"{name}>{to}")
        carried = sender.sent.get(to)
        if carried is None:
            count = last_due = free_us = 0
        else:
            count, last_due, free_us = carried
        due, fate, copy_due = now_us + channel.latency_us, "cut" if channel.cut else "deliver", None
        if channel.is_slow:
            free_us = max(now_us, free_us) + size_of(message) * _MILLION // channel.model.bandwidth
            due = free_us + channel.latency_us
        if channel.is_random:
            word = self._chance.word("link", channel.stream, count)
            # One word serves three questions: 24 bits for the delay, 20 for the loss, 20 for the copy.
            if channel.is_uniform:
                due += (word & 0xFFFFFF) * channel.jitter_us >> 24
            else:
                due = max(now_us, due + random_part(channel.model, word & 0xFFFFFF))
            if (word >> 24 & 0xFFFFF) < channel.lost_below and fate == "deliver":
                fate = "lose"
            if word >> 44 < channel.doubled_below and fate == "deliver":
                copy_due = due + 1 + second_delay(channel.model, word)
        if due < last_due and channel.keeps_order:
            due = last_due
        return due, fate, copy_due, free_us


class _Channel:
    """What a link's model comes to, worked out once: a message asks for all of it."""

    __slots__ = (
        "cut", "doubled_below", "is_random", "is_slow", "is_uniform", "jitter_us", "keeps_order", "latency_us", "link",
        "lost_below", "model", "stream",
    )  # fmt: skip

    def __init__(self, link: Link, stream: str) -> None:
        model = link.model
        self.link = link
        self.model = model
        self.stream = stream
        self.cut = link.cut
        self.latency_us = model.latency_us
        self.jitter_us = model.jitter_us + 1
        self.is_uniform = model.distribution == "uniform"
        self.is_random = bool(model.jitter_us or model.loss_ppm or model.duplicate_ppm)
        self.is_slow = model.bandwidth > 0
        self.keeps_order = not model.reorder
        # A draw d of 20 bits counts as d * 1,000,000 >> 20 parts per million: these are the first that are too many.
        self.lost_below = -(-(model.loss_ppm << 20) // _MILLION)
        self.doubled_below = -(-(model.duplicate_ppm << 20) // _MILLION)


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
