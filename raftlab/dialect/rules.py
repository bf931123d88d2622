"""Our rules, with etcd's manners where it has its own."""

from __future__ import annotations

from raftlab.dialect import flow, members, votes
from raftlab.dialect.bound import BoundRules


class EtcdRules(BoundRules):
    """Elections, replication, commitment and configurations are the engine's; what stands here replaces parts of them
    that Raft leaves open, and where etcd's library chose otherwise."""

    randomize_timeout = staticmethod(votes.randomize_timeout)
    take_over = staticmethod(votes.take_over)
    ask_first = staticmethod(votes.ask_first)
    vote_once = staticmethod(votes.vote_once)
    keep_to_leader = staticmethod(votes.keep_to_leader)
    grant_pre_vote = staticmethod(votes.grant_pre_vote)
    count_vote = staticmethod(votes.count_vote)
    count_pre_vote = staticmethod(votes.count_pre_vote)
    count_votes = staticmethod(votes.count_votes)
    reject_stale_term = staticmethod(votes.reject_stale_term)
    become_leader = staticmethod(flow.become_leader)
    after_commit = staticmethod(flow.after_commit)
    apply_committed = staticmethod(flow.apply_committed)
    wants_proof = staticmethod(flow.wants_proof)
    handle_append_entries = staticmethod(flow.handle_append_entries)
    handle_install_snapshot = staticmethod(flow.handle_install_snapshot)
    install_snapshot = staticmethod(flow.install_snapshot)
    record_progress = staticmethod(flow.record_progress)
    back_off_window = staticmethod(flow.back_off_window)
    replicate_snapshot = staticmethod(flow.replicate_snapshot)
    handle_install_snapshot_reply = staticmethod(flow.handle_install_snapshot_reply)
    wait_for_disk = staticmethod(flow.wait_for_disk)
    use_config = staticmethod(members.use_config)
    take_forwarded = staticmethod(members.take_forwarded)
