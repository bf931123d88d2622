"""The network: when a message arrives, or whether it is lost.

A message's fate is drawn when it is sent, from its own link's stream of chance, and recorded in the event that sends
it. One more message disturbs only its own link. A link keeps its order unless its model says otherwise, as TCP does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from raftlab.core.chance import Chance
    from raftlab.core.model import Cluster, LinkModel, Node

_MILLION = 1_000_000


class Network:
    """Draws fates for one cluster."""

    __slots__ = ("_chance", "_cluster")

    def __init__(self, cluster: Cluster, chance: Chance) -> None:
        self._cluster = cluster
        self._chance = chance

    def fate(self, sender: Node, to: str, now_us: int) -> tuple[int, str, int | None]:
        """What becomes of a message that `sender` sends now.

        Returns:
            when it arrives (or would), "deliver" or "lose" or "cut", and when a second copy arrives, if there is one.
        """
        link = self._cluster.links[sender.name][to]
        model = link.model
        carried = sender.sent.get(to)
        count, last_due = carried if carried is not None else (0, 0)
        due = now_us + model.latency_us
        fate, copy_due = "cut" if link.cut else "deliver", None
        if model.jitter_us or model.loss_ppm or model.duplicate_ppm:
            word = self._chance.word("link", f"{sender.name}>{to}", count)
            # One word serves three questions: 24 bits for the delay, 20 for the loss, 20 for the copy.
            due += (word & 0xFFFFFF) * (model.jitter_us + 1) >> 24
            if (word >> 24 & 0xFFFFF) * _MILLION >> 20 < model.loss_ppm:
                fate = "lose" if fate == "deliver" else fate
            if (word >> 44) * _MILLION >> 20 < model.duplicate_ppm and fate == "deliver":
                copy_due = due + 1 + second_delay(model, word)
        if due < last_due and not model.reorder:
            due = last_due
        return due, fate, copy_due


def second_delay(model: LinkModel, word: int) -> int:
    """How much later a copy arrives: some part of the link's delay."""
    return (word >> 8 & 0xFFFFFF) * (model.latency_us + model.jitter_us + 1) >> 24
