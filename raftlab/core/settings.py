"""What a cluster is set to: parameters, links, disks; and two sets of parameters that people know.

The names are etcd's where etcd has one (documents write them with hyphens: heartbeat-interval). Durations are integer
microseconds.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace


class Parameters(Struct, frozen=True):
    """What a cluster is set to; scenarios and `--set` change them by these names.

    Durations in microseconds. The defaults are the paper's: timeouts of 150-300 ms (section 9.3), no no-op entry,
    nothing that the dissertation or etcd added. `core.presets` has etcd's.

    Elections: `pre_vote` (dissertation 9.6), refused while a leader is heard of where `pre_vote_heeds_leader` (there;
    etcd does so with check_quorum only); `check_quorum` (a leader without a quorum steps down, and voters keep to a
    leader that they hear from: 6.2 and 4.2.3 there), `noop_on_election` (6.4 there; etcd).
    Replication: `max_inflight` messages may be unanswered to one peer (0: the paper's way, nextIndex moves with the
    answers only); `batch_delay_us` lets a leader wait for more proposals before it sends; `separate_heartbeats` are
    etcd's, that carry no entries and skip the consistency check.
    Members: `membership` "joint" or "single" changes; `auto_leave` ends a joint configuration by itself;
    `catch_up_rounds` a new server may need before it votes (0: it votes at once); `config_on` "append" (the paper) or
    "apply" (etcd): when a configuration counts.
    Reads: `read_mode` "log", "read_index" or "lease"; `clock_drift_ppm` is what a lease allows for.
    Log: `snapshot_count` applied entries make a snapshot (0: never), of which `catch_up_entries` stay in the log;
    `snapshot_chunk` characters of it go into a message (0: all). `max_request_bytes` bounds a proposal.
    Disk: writing one entry, one fsync, and up to so much more of it; all 0: what is written is durable at once.
    """

    election_timeout_min_us: int = 150_000
    election_timeout_max_us: int = 300_000
    heartbeat_interval_us: int = 50_000
    noop_on_election: bool = False
    back_off: str = "by_one"
    max_entries_per_message: int = 16
    pre_vote: bool = False
    pre_vote_heeds_leader: bool = True
    check_quorum: bool = False
    max_inflight: int = 0
    batch_delay_us: int = 0
    separate_heartbeats: bool = False
    membership: str = "joint"
    auto_leave: bool = True
    catch_up_rounds: int = 10
    config_on: str = "append"
    read_mode: str = "read_index"
    clock_drift_ppm: int = 10_000
    snapshot_count: int = 0
    catch_up_entries: int = 0
    snapshot_chunk: int = 0
    max_request_bytes: int = 1_572_864
    forward_proposals: bool = False
    disk_write_us: int = 0
    disk_fsync_us: int = 0
    disk_fsync_jitter_us: int = 0


class LinkModel(Struct, frozen=True):
    """How one direction of a link behaves.

    A message takes latency_us plus a random part, is lost or carried twice with these probabilities (parts per
    million, so that no float ever decides), and keeps its order unless `reorder` lets jitter change it. The random
    part's `distribution`: "uniform" (up to jitter_us), "exponential" (jitter_us on average), "normal" (jitter_us is
    its deviation), "pareto" (a heavy tail above jitter_us). `bandwidth` in bytes per second (0: without end): a
    message waits until those before it are on the wire.
    """

    latency_us: int = 10_000
    jitter_us: int = 5_000
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    reorder: bool = False
    distribution: str = "uniform"
    bandwidth: int = 0


class DiskModel(Struct, frozen=True, gc=False):
    """How long a disk takes: to write one entry, to make what was written durable, and up to so much more of it."""

    write_us: int = 0
    fsync_us: int = 0
    jitter_us: int = 0


def wrong_together(it: Parameters, name: str, value: object) -> str:
    """Why a parameter can't have this value beside the others; "" if it can. (Documents ask for more, with places.)"""
    known = getattr(it, name)
    if type(value) is not type(known):
        return f"{name} is {type(known).__name__} such as {known!r}, not {value!r}"
    choices = CHOICES.get(name)
    if choices is not None and value not in choices:
        return f"{name} is one of {', '.join(choices)}, not {value!r}"
    if isinstance(value, int) and value < 0:
        return f"{name} can't be negative"
    changed = replace(it, **{name: value})
    if changed.election_timeout_min_us <= changed.heartbeat_interval_us:
        return "a heartbeat must come more often than an election timeout runs out"
    if changed.election_timeout_max_us < changed.election_timeout_min_us:
        return "the longest election timeout can't be shorter than the shortest"
    return ""


CHOICES: Final = {
    "back_off": ("by_one", "by_term"),
    "membership": ("joint", "single"),
    "config_on": ("append", "apply"),
    "read_mode": ("log", "read_index", "lease"),
}
"""The words that a parameter may have."""

PAPER: Final = Parameters()
"""The paper's: random timeouts of 150-300 ms, and nothing that came after it."""

ETCD: Final = Parameters(
    election_timeout_min_us=1_000_000,
    election_timeout_max_us=2_000_000,
    heartbeat_interval_us=100_000,
    noop_on_election=True,
    back_off="by_term",
    max_entries_per_message=64,
    pre_vote=True,
    pre_vote_heeds_leader=False,
    check_quorum=True,
    max_inflight=512,
    separate_heartbeats=True,
    membership="single",
    config_on="apply",
    snapshot_count=10_000,
    catch_up_entries=5_000,
    forward_proposals=True,
    disk_write_us=10,
    disk_fsync_us=1_000,
    disk_fsync_jitter_us=1_000,
)
"""etcd 3.5's defaults: heartbeat-interval 100, election-timeout 1000 (a follower waits for one to two of it),
snapshot-count 10000 (100000 until 3.5), pre-vote and check-quorum on, 512 messages in flight, 5000 entries kept behind
a snapshot, max-request-bytes 1.5 MiB. etcd bounds a message by bytes, not by entries, and its disk is yours: those two
are ours."""

PRESETS: Final = {"paper": PAPER, "etcd": ETCD}
"""What `preset:` names in documents."""
