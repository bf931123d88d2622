"""The commands of etcd-raft's interaction scripts, carried out on our engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from raftlab.core.commands import Propose, TransferLeadership
from raftlab.core.events import CommandGiven, LeaderLearned, SourceNoted, TimerFired
from raftlab.core.messages import InstallSnapshot
from raftlab.core.model import FOLLOWER, LEADER, Config
from raftlab.dialect import facts, flow, members, votes
from raftlab.dialect.arguments import Unsupported, known_node, named_nodes, names_of, number_at, number_of, options_of
from raftlab.dialect.changes import TRANSITIONS
from raftlab.dialect.member import Envelope
from raftlab.dialect.ready import next_ready, process_append, process_apply, process_ready
from raftlab.engine.progress import believe

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.dialect.world import World
    from raftlab.importers.etcd_script import Block


# -- nodes and what they are told ------------------------------------------------------------------------------------


def _add_nodes(world: World, block: Block) -> None:
    count, index = number_at(block, 0, "how many nodes"), number_of(block, "index", 0)
    config = Config(voters=names_of(block, "voters"), learners=names_of(block, "learners"))
    if index <= 1 and (index or config.members() or block.value("content")):
        return  # etcd says: "index must be specified as > 1 due to bootstrap"
    options = options_of(block)
    for _ in range(count):
        world.join(options, config, index)


# -- what a node is told -------------------------------------------------------------------------------------------


def _campaign(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    told = world.emit(SourceNoted(0, name, None, None, "it is told to stand for election"))
    votes.stand(world.enter(name, told))


def _propose(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, most=1)
    if len(block.words) < 2:
        raise block.mistake("here a node and what it is asked should stand")
    text = block.words[1]
    asked = world.emit(CommandGiven(0, name, None, None, Propose(text, node=name, client="script")))
    members.propose(world.enter(name, asked), text, "script", asked)


def _propose_conf_change(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    transition, text = block.value("transition", "auto"), " ".join(" ".join(block.body).split())
    if transition not in TRANSITIONS:
        raise Unsupported(f"transition={transition}")
    asked = world.emit(SourceNoted(0, name, None, None, f"it is asked to change the members: {text or 'leave'}"))
    try:
        members.propose_change(world.enter(name, asked), text, transition)
    except ValueError as error:
        raise Unsupported(f"propose-conf-change {text}: {error}") from None


def _transfer_leadership(world: World, block: Block) -> None:
    name, target = known_node(world, block, block.value("from")), known_node(world, block, block.value("to"))
    asked = world.emit(CommandGiven(0, name, None, None, TransferLeadership(target)))
    world.transfer(name, target, asked)


def _forget_leader(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    node = world.cluster.nodes[name]
    if node.role is FOLLOWER and node.leader is not None and not world.members[name].options.lease_reads:
        world.emit(LeaderLearned(0, name, None, None, None, node.current_term))


def _report_unreachable(world: World, block: Block) -> None:
    name, peer = named_nodes(world, block, exactly=2)
    node = world.cluster.nodes[name]
    known = node.progress.get(peer)
    if node.role is LEADER and known is not None and known.state == "replicate":
        told = world.emit(SourceNoted(0, name, None, None, f"it is told that {peer} can't be reached"))
        match = known.match_index
        believe(world.enter(name, told), "back_off", peer, match, match + 1, match, "probe")


def _send_snapshot(world: World, block: Block) -> None:
    name, target = named_nodes(world, block, exactly=2)
    step, node = world.enter(name, None), world.cluster.nodes[name]
    flow.refresh_snapshot(step)
    snapshot = node.snapshot
    assert snapshot is not None
    text = snapshot.machine.dump()
    message = InstallSnapshot(node.current_term, snapshot.index, snapshot.term, 0, text, True, snapshot.config)
    world.release(Envelope(name, target, message, "send_snapshot"))


def _compact(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, most=1)
    index, node = number_at(block, 1, "the last index that goes"), world.cluster.nodes[name]
    if node.log.snapshot_index < index <= node.last_applied:
        flow.refresh_snapshot(world.enter(name, None), index)
        world.members[name].storage.compact(index)
    _show_log(world, name)


# -- time ----------------------------------------------------------------------------------------------------------


def _tick(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, most=1)
    _tick_times(world, name, number_at(block, 1, "how many ticks"))


def _tick_heartbeat(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    _tick_times(world, name, world.members[name].options.heartbeat_ticks)


def _tick_election(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    _tick_times(world, name, world.members[name].options.election_ticks)


def _tick_times(world: World, name: str, count: int) -> None:
    for _ in range(count):
        if world.cluster.nodes[name].role is LEADER:
            _leader_ticks(world, name)
        else:
            _other_ticks(world, name)


def _other_ticks(world: World, name: str) -> None:
    member = world.members[name]
    member.election_elapsed += 1
    step = world.enter(name, None)
    if votes.is_promotable(step) and member.election_elapsed >= member.timeout_ticks:
        member.election_elapsed = 0
        step.because(world.emit(TimerFired(0, name, None, None, "election")))
        votes.stand(step)


def _leader_ticks(world: World, name: str) -> None:
    node, member = world.cluster.nodes[name], world.members[name]
    member.heartbeat_elapsed += 1
    member.election_elapsed += 1
    if member.election_elapsed >= member.options.election_ticks:
        member.election_elapsed = 0
        step = world.enter(name, None)
        if member.options.check_quorum:
            alive = [peer for peer, it in member.peers.items() if it.recently_active]
            if not world.rules.is_quorum(step, [name, *alive]):
                world.rules.step_down(step, "check_quorum", "no quorum has answered for an election timeout")
            for peer in member.peers.values():
                peer.recently_active = False
        if node.role is LEADER and node.transfer_to is not None:
            world.rules.give_up_transfer(step)
    if node.role is LEADER and member.heartbeat_elapsed >= member.options.heartbeat_ticks:
        member.heartbeat_elapsed = 0
        fired = world.emit(TimerFired(0, name, None, None, "heartbeat"))
        world.rules.send_heartbeat(world.enter(name, fired))


def _set_timeout(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    world.members[name].timeout_ticks = number_of(block, "timeout", 0)


# -- Readys, threads and messages ----------------------------------------------------------------------------------


def _process_ready(world: World, block: Block) -> None:
    for name in named_nodes(world, block):
        process_ready(world, name)


def _process_append_thread(world: World, block: Block) -> None:
    for name in named_nodes(world, block):
        process_append(world, name)


def _process_apply_thread(world: World, block: Block) -> None:
    for name in named_nodes(world, block):
        process_apply(world, name)


def _deliver(world: World, block: Block) -> None:
    kind = block.value("type")
    for name in named_nodes(world, block):
        for envelope in world.take(name, kind):
            world.deliver(envelope)
    for name in names_of(block, "drop"):
        for envelope in world.take(name, kind, own=False):
            world.drop(envelope)


def _stabilize(world: World, block: Block) -> None:
    names = named_nodes(world, block) or tuple(world.members)
    before = world.facts.level
    world.facts.level = block.value("log-level", before).lower()
    while _settle(world, names):
        pass
    world.facts.level = before


def _settle(world: World, names: tuple[str, ...]) -> bool:
    """One round of all that is to be done; whether there was something."""
    busy = False
    for name in names:
        if next_ready(world, name):
            process_ready(world, name)
            busy = True
    for name in names:
        for envelope in world.take(name):
            world.deliver(envelope)
            busy = True
    for name in names:
        while world.members[name].append_work:
            process_append(world, name)
            busy = True
    for name in names:
        while world.members[name].apply_work:
            process_apply(world, name)
            busy = True
    return busy


# -- what is shown -------------------------------------------------------------------------------------------------


def _raft_state(world: World, block: Block) -> None:
    for node in world.cluster.nodes.values():
        voter = node.name in (*node.config.voters, *node.config.outgoing)
        world.facts.add(facts.state(node.name, node.role, voter, node.current_term, node.leader))


def _raft_log(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    _show_log(world, name)


def _show_log(world: World, name: str) -> None:
    storage = world.members[name].storage
    if not storage.entries:
        world.facts.add(facts.empty_log(storage.first_index, storage.last_index))
    for entry in storage.entries:
        world.facts.add(facts.logged(entry))


def _status(world: World, block: Block) -> None:
    (name,) = named_nodes(world, block, exactly=1)
    node, member = world.cluster.nodes[name], world.members[name]
    if node.role is not LEADER:
        return
    for peer in sorted(node.config.members(), key=int):
        if peer == name:
            match = member.own_match
            world.facts.add(facts.progress(peer, "replicate", match, match + 1, ()))
            continue
        it = node.progress[peer]
        most = world.cluster.parameters.max_inflight
        inflight = len(it.inflight) if it.state == "replicate" else 0
        said = facts.notes(
            learner=peer in node.config.learners,
            paused=it.state == "snapshot" or inflight >= most or (it.state == "probe" and bool(it.inflight)),
            pending_snapshot=it.pending_snapshot,
            inactive=not member.peer(peer).recently_active,
            inflight=inflight,
            full=inflight >= most,
        )
        world.facts.add(facts.progress(peer, it.state, it.match_index, it.next_index, said))


def _log_level(world: World, block: Block) -> None:
    level = block.words[0].lower() if block.words else ""
    if level in facts.LEVELS:
        world.facts.level = level


def _nothing(world: World, block: Block) -> None:
    """A mark for people."""


COMMANDS: Final[dict[str, Callable[[World, Block], None]]] = {
    "_breakpoint": _nothing,
    "add-nodes": _add_nodes,
    "campaign": _campaign,
    "compact": _compact,
    "deliver-msgs": _deliver,
    "forget-leader": _forget_leader,
    "log-level": _log_level,
    "process-append-thread": _process_append_thread,
    "process-apply-thread": _process_apply_thread,
    "process-ready": _process_ready,
    "propose": _propose,
    "propose-conf-change": _propose_conf_change,
    "raft-log": _raft_log,
    "raft-state": _raft_state,
    "report-unreachable": _report_unreachable,
    "send-snapshot": _send_snapshot,
    "set-randomized-election-timeout": _set_timeout,
    "stabilize": _stabilize,
    "status": _status,
    "subtest": _nothing,
    "tick": _tick,
    "tick-election": _tick_election,
    "tick-heartbeat": _tick_heartbeat,
    "transfer-leadership": _transfer_leadership,
}
"""All commands of the suite."""
