"""Where etcd's changes of members differ from ours: they count once they are applied, and a leader that leaves stays
leader unless it is set up not to. What is forbidden is not refused: an empty entry takes its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import ConfigChanged, EntryAppended, PeerForgotten, ProgressChanged, TransferStarted
from raftlab.core.log import Entry
from raftlab.core.messages import Proposal
from raftlab.core.model import FOLLOWER, LEADER, Config
from raftlab.dialect.bound import member_of
from raftlab.dialect.changes import changed, read_changes
from raftlab.engine.membership import append_config

if TYPE_CHECKING:
    from raftlab.engine import Step


def use_config(step: Step, entry: Entry) -> None:
    """6: an applied configuration counts from now on; a leader turns to its new members at once."""
    node = step.node
    config = Config.parse(entry.text)
    step.because(step.emit(ConfigChanged(*step.stamp, "see_config", config, entry.index)))
    if node.role is not LEADER:
        return
    _follow_config(step, config)
    if node.name not in (*config.voters, *config.outgoing):
        if member_of(step).options.steps_down_on_removal:
            step.rules.step_down(step, "leave_cluster", "it is no voter any more")
        return
    committed = node.commit_index
    step.rules.advance_commit(step)
    if node.commit_index == committed:
        for peer in list(node.progress):
            step.rules.replicate(step, peer, "replicate")
    if node.transfer_to is not None and node.transfer_to not in (*config.voters, *config.outgoing):
        step.emit(TransferStarted(*step.stamp, "give_up_transfer", None))


def _follow_config(step: Step, config: Config) -> None:
    """A new member is probed from the leader's last entry on, and counts as alive until it had time to answer."""
    node = step.node
    members, following = config.members(), max(node.log.last_index, 1)
    for peer in [peer for peer in node.progress if peer not in members]:
        step.emit(PeerForgotten(*step.stamp, "see_config", peer))
    for peer in members:
        if peer not in node.progress and peer != node.name:
            step.emit(ProgressChanged(*step.stamp, "see_config", peer, 0, following, following - 1, "probe"))
            member_of(step).peer(peer).recently_active = True


def propose(step: Step, text: str, client: str, sequence: int) -> None:
    """5.3: a leader that was removed, or hands over, drops proposals; a follower passes them on."""
    if step.node.role is not LEADER or _takes_proposals(step):
        step.rules.accept_proposal(step, text, client, sequence)


def propose_change(step: Step, text: str, transition: str) -> None:
    """6: `text` lists the changes (`v2 r1`); "" leaves a joint configuration.

    Raises:
        ValueError: the changes can't be made at all; etcd's own process ends there, once they are applied.
    """
    node, member = step.node, member_of(step)
    if node.role is not LEADER:
        if node.role is FOLLOWER and node.leader is not None:
            asked = Entry(0, 0, "config", f"{transition} {text}")
            step.send(node.leader, Proposal(node.current_term, (asked,)), "change_members")
        return
    if not _takes_proposals(step):
        return
    changes = read_changes(text)
    joint = bool(node.config.outgoing)
    # One that isn't applied yet may be pending; a joint configuration must be left first, another can't be left.
    forbidden = member.pending_config_index > member.applied or joint == bool(changes)
    if forbidden and member.options.validates_changes:
        empty = Entry(node.log.last_index + 1, node.current_term, "noop")
        step.because(step.emit(EntryAppended(*step.stamp, "change_members", empty)))
        step.rules.send_out(step)
        return
    append_config(step, changed(_newest_config(step), changes, transition))
    member.pending_config_index = node.log.last_index
    step.rules.send_out(step)


def take_forwarded(step: Step, sender: str, message: Proposal) -> None:
    """A follower has passed on what it was asked; whoever isn't leader passes it on in turn."""
    for entry in message.entries:
        if entry.kind == "config":
            transition, _, text = entry.text.partition(" ")
            propose_change(step, text, transition)
        else:
            propose(step, entry.text, entry.client or "", abs(entry.sequence))


def leave_if_due(step: Step) -> None:
    """6: a joint configuration that ends by itself is left once it is applied."""
    node, member = step.node, member_of(step)
    if node.role is LEADER and node.config.auto_leave and member.applied >= member.pending_config_index:
        propose_change(step, "", "auto")


def _takes_proposals(step: Step) -> bool:
    node = step.node
    return node.transfer_to is None and node.name in node.config.members()


def _newest_config(step: Step) -> Config:
    """What will be in force when the next entry is applied."""
    node = step.node
    waiting = node.log.between(node.last_applied + 1, node.log.last_index)
    pending = [entry for entry in waiting if entry.kind == "config"]
    return Config.parse(pending[-1].text) if pending else node.config
