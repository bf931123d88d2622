"""What etcd's documentation advises for each kind of trouble, in our own words.

From its pages on tuning, hardware, failures, configuration flags, learners and disaster recovery.
"""

from __future__ import annotations

from typing import Final

PRE_VOTE: Final = (
    "Turn pre-vote on (etcd: --pre-vote, the default since 3.5): a node then asks whether it could win before it "
    "raises "
    "its term, and unseats nobody. Then find out what kept it from hearing its leader."
)
TIMEOUTS: Final = (
    "Set the heartbeat interval to about the longest round trip between members, and the election timeout to at least "
    "ten round trips, the same on every member (etcd: --heartbeat-interval, --election-timeout)."
)
DISK: Final = (
    "Look at the disk first: etcd wants fsyncs of its WAL below 10 ms (99th percentile of wal_fsync_duration), on an "
    "SSD "
    "that it shares with nobody; then at a starved CPU."
)
ONE_WAY: Final = (
    "Check what the old leader sends: its outgoing links, firewall rules and proxies towards the others. The other "
    "direction works."
)
NETWORK: Final = (
    "Check the network between these nodes in BOTH directions (firewall, packet loss, a saturated link); give the "
    "peers' "
    "traffic priority over the clients'."
)
QUORUM: Final = (
    "Bring members back until a majority is up; what timed out meanwhile may still be committed, so clients retry "
    "safely "
    "only with conditions. Only if a majority is gone for good restore a snapshot into a new cluster."
)
CLIENTS: Final = (
    "Nothing acknowledged is lost: these entries were never committed. Their clients got an error or a timeout, and "
    "have "
    "to write again."
)
CLOCKS: Final = (
    "Synchronise the clocks (NTP or chrony): raft doesn't need them, but leases, certificates and whoever reads the "
    "logs "
    "do; etcd warns from one second on."
)
SNAPSHOT: Final = (
    "A follower that is further behind than the entries kept for it needs the whole snapshot; keep more "
    "(--snapshot-count, in newer versions the catch-up entries too) if members are often away for so long."
)
STOPPED: Final = "Hand the leadership over before a leader is stopped (etcdctl move-leader), one member at a time."
ENDED: Final = "Look at the system's own log (out of memory, a full disk, a kill) for why the process ended."
BUG: Final = "This must never happen: keep the logs and data directories, and report it to the project."
