"""Why a line of an etcd log becomes no event, as reports count it."""

from __future__ import annotations

from typing import Final

NOT_RAFT: Final = "not about raft"
NOT_ETCDS: Final = "not a line of an etcd log"
NAMES_ONLY: Final = "tells who is who, no state"
NO_TIME: Final = "no time that can be read in it"
