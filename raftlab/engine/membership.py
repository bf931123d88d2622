"""Who belongs to the cluster, and how that changes (section 6; dissertation 4).

A configuration is an entry in the log, and counts from the moment it is stored (etcd: from the moment it is applied).
Two ways lead from one to another without two disjoint majorities: one voter at a time (dissertation 4.1), or through
a joint configuration, in which both the old and the new majority must agree (section 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftlab.core.events import (
    CatchUpEnded,
    CatchUpRound,
    CatchUpStarted,
    ConfigChanged,
    ConfigRefused,
    EntryAppended,
    PeerForgotten,
    ProgressChanged,
)
from raftlab.core.model import LEADER, Config, Entry
from raftlab.engine.configuration import config_at

if TYPE_CHECKING:
    from raftlab.core.commands import ChangeMembers
    from raftlab.engine.step import Step

# -- What a server does with a configuration in its log ------------------------------------------------------------


def see_config(step: Step, entry: Entry) -> None:
    """6: the newest configuration in the log counts, committed or not (etcd waits until it is applied)."""
    if step.cluster.parameters.config_on == "append":
        step.rules.use_config(step, entry)


def use_config(step: Step, entry: Entry) -> None:
    """6: from now on this configuration counts; a leader sends to those who are in it."""
    node = step.node
    config = Config.parse(entry.text)
    step.because(step.emit(ConfigChanged(*step.stamp, "see_config", config, entry.index)))
    if node.role is LEADER:
        follow_config(step)


def restore_config(step: Step) -> None:
    """6: the entry of our configuration is dropped: the one before it counts again."""
    if step.cluster.parameters.config_on == "append":
        config, index = config_at(step.node, step.node.log.last_index)
        step.emit(ConfigChanged(*step.stamp, "see_config", config, index))


def follow_config(step: Step) -> None:
    """6: a leader begins to send to new members, and stops sending to those who left."""
    node = step.node
    members = node.config.members()
    last = node.log.last_index
    for peer in [peer for peer in node.progress if peer not in members]:
        step.emit(PeerForgotten(*step.stamp, "see_config", peer))
    for peer in members:
        if peer not in node.progress and peer != node.name:
            step.emit(ProgressChanged(*step.stamp, "see_config", peer, 0, last + 1, last, "probe"))


# -- What a leader does ----------------------------------------------------------------------------------------------


def change_members(step: Step, command: ChangeMembers) -> None:
    """6, dissertation 4: begin a change of members, if nothing forbids it; new voters catch up first."""
    node, parameters = step.node, step.cluster.parameters
    wanted = Config(command.voters, (), tuple(name for name in command.learners if name not in command.voters))
    reason = step.rules.forbid_change(step, wanted)
    mode = command.mode or parameters.membership
    changed = set(wanted.voters) ^ set(node.config.voters)
    if not reason and mode == "single" and not step.rules.one_at_a_time(step, changed):
        reason = "several"
    if reason:
        leader = node.leader if node.role is not LEADER else None
        step.emit(ConfigRefused(*step.stamp, "change_members", wanted, reason, leader))
        return
    auto = command.leave == "auto" and parameters.auto_leave
    joint = mode == "joint"
    target = _joint(node.config, wanted, auto=auto) if joint else wanted
    strangers = tuple(name for name in wanted.voters if name not in node.config.members())
    behind = tuple(name for name in wanted.voters if name not in node.config.voters)
    if behind and parameters.catch_up_rounds:
        if strangers:
            # Dissertation 4.2.1: they are sent entries, and have no vote yet.
            append_config(step, Config(node.config.voters, (), (*node.config.learners, *strangers)))
        started = CatchUpStarted(*step.stamp, "catch_up", target, behind, node.log.last_index)
        step.because(step.emit(started))
        step.rules.send_out(step)
        for name in behind:
            if name in node.progress:
                step.rules.count_round(step, name)
        return
    append_config(step, target)
    step.rules.send_out(step)


def _joint(old: Config, new: Config, *, auto: bool) -> Config:
    """6: both halves; a voter that becomes a learner does so when the old half is left (etcd)."""
    waiting = tuple(name for name in new.learners if name in old.voters)
    learners = tuple(name for name in new.learners if name not in old.voters)
    return Config(new.voters, old.voters, learners, waiting, auto)


def forbid_change(step: Step, wanted: Config) -> str:
    """6, dissertation 4.1: why a change may not begin now; "" if it may."""
    node, rules = step.node, step.rules
    if node.role is not LEADER:
        return "leader"
    if node.transfer_to is not None:
        return "transferring"
    if not wanted.voters:
        return "empty"
    if node.config.outgoing:
        return "joint"
    if node.catch_up is not None or not rules.one_change_pending(step):
        return "pending"
    if not rules.commit_before_change(step):
        return "own term"
    same = (set(wanted.voters), set(wanted.learners)) == (set(node.config.voters), set(node.config.learners))
    return "same" if same else ""


def one_change_pending(step: Step) -> bool:
    """Dissertation 4.1: no change begins before the one before it is committed (etcd: applied)."""
    node = step.node
    done = node.commit_index if step.cluster.parameters.config_on == "append" else node.last_applied
    pending = node.log.between(max(done, node.log.snapshot_index) + 1, node.log.last_index)
    return not any(entry.kind == "config" for entry in pending)


def commit_before_change(step: Step) -> bool:
    """A leader changes members only once it has committed an entry of its own term.

    The bug that was found in the dissertation's single-server change (raft-dev, July 2015): else two leaders, each with
    a change that the other hasn't seen, may have disjoint majorities.
    """
    node = step.node
    return node.log.term_at(node.commit_index) == node.current_term


def one_at_a_time(step: Step, changed: set[str]) -> bool:
    """Dissertation 4.1: a change of one voter leaves any old and any new majority one server in common."""
    return len(changed) <= 1


def append_config(step: Step, config: Config) -> None:
    """6: a configuration is an entry like any other."""
    node = step.node
    entry = Entry(node.log.last_index + 1, node.current_term, "config", config.text())
    step.because(step.emit(EntryAppended(*step.stamp, "change_members", entry)))
    step.rules.see_config(step, entry)


def count_round(step: Step, peer: str) -> None:
    """Dissertation 4.2.1: a round that took less than an election timeout is good enough; too many rounds are not."""
    node, parameters = step.node, step.cluster.parameters
    catch_up = node.catch_up
    if catch_up is None or peer not in catch_up.rounds:
        return
    number, up_to, since_us = catch_up.rounds[peer]
    if number == 0 or peer not in node.progress or node.progress[peer].match_index < up_to:
        return
    timeout_us = parameters.election_timeout_min_us
    if step.now_us - since_us < timeout_us:
        step.emit(CatchUpRound(*step.stamp, "catch_up", peer, 0, up_to))  # round 0: it is ready
        promote_if_ready(step)
    elif number >= parameters.catch_up_rounds:
        step.emit(CatchUpEnded(*step.stamp, "catch_up", "slow", peer))
    else:
        step.emit(CatchUpRound(*step.stamp, "catch_up", peer, number + 1, node.log.last_index))
        step.rules.count_round(step, peer)  # it may hold all of the new round already


def promote_if_ready(step: Step) -> None:
    """Dissertation 4.2.1: all new servers are up to date, and nothing else is pending: now they may vote."""
    node = step.node
    catch_up = node.catch_up
    if catch_up is None or any(number for number, _, _ in catch_up.rounds.values()):
        return
    if step.rules.one_change_pending(step) and step.rules.commit_before_change(step):
        step.because(step.emit(CatchUpEnded(*step.stamp, "catch_up", "done")))
        append_config(step, catch_up.target)
        step.rules.send_out(step)


def after_commit(step: Step) -> None:
    """6: what a leader does once entries are committed: end a joint configuration, or its own lead, if it has left."""
    node, parameters = step.node, step.cluster.parameters
    if node.role is not LEADER:
        return
    if node.catch_up is not None:
        promote_if_ready(step)
    config = node.config
    applied = node.commit_index if parameters.config_on == "append" else node.last_applied
    if node.config_index <= applied:
        if config.outgoing and config.auto_leave and step.rules.one_change_pending(step):
            step.rules.leave_joint(step)
        elif not config.outgoing and node.name not in config.voters:
            step.rules.step_down(step, "leave_cluster", "it is no voter any more")
            return
    if parameters.max_inflight:
        # etcd: followers hear at once how far is committed.
        for peer in list(node.progress):
            step.rules.replicate(step, peer, "advance_commit")


def leave_joint(step: Step) -> None:
    """6: the joint configuration is committed: the new half alone takes over."""
    config = step.node.config
    append_config(step, Config(config.voters, (), (*config.learners, *config.learners_next)))
    step.rules.send_out(step)


def leave_on_request(step: Step) -> None:
    """6: a person ends a joint configuration that doesn't end by itself (etcd's explicit transition)."""
    node = step.node
    ready = node.role is LEADER and node.config.outgoing and step.rules.one_change_pending(step)
    if ready and node.config_index <= node.commit_index:
        step.rules.leave_joint(step)
    else:
        reason = "leader" if node.role is not LEADER else "pending" if node.config.outgoing else "same"
        step.emit(ConfigRefused(*step.stamp, "leave_joint", node.config, reason, node.leader))
