"""Foreign logs: how fast an etcd server's log becomes events."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from raftlab.cli.bench.figure import Figure, best_rate

_LINES = 1_000_000
_TERM_EVERY = 400
"""Lines from one election to the next; 20 of them are raft's (5 %)."""

_OTHERS = (
    '{"level":"debug","ts":"%s","caller":"v3rpc/interceptor.go:181","msg":"request stats","start time":"%s",'
    '"time spent":"1.203ms","remote":"127.0.0.1:40522","response type":"/etcdserverpb.KV/Put","request count":1,'
    '"request size":263,"response count":0,"response size":28,"request content":"key:\\"k17\\" value_size:256 "}',
    '{"level":"debug","ts":"%s","caller":"rafthttp/stream.go:597","msg":"dial stream reader","from":"cfef663973881f92",'
    '"to":"e1a65d5b2738bb67","address":"http://127.0.0.1:2380/raft/stream/message/cfef663973881f92","at":"%s"}',
    '{"level":"info","ts":"%s","caller":"traceutil/trace.go:145","msg":"trace[1041245103] put","detail":'
    '"{key:k17; req_size:263; response_revision:20; }","duration":"101.7ms","start":"%s","steps":["trace[1] done"]}',
)
"""Lines that have nothing to do with raft, as a 3.4 server writes them; each takes the stamp twice."""

_ELECTION = (
    "{me} is starting a new election at term {before}",
    "{me} became candidate at term {term}",
    "{me} received MsgVoteResp from {me} at term {term}",
    "{me} [logterm: {before}, index: {index}] sent MsgVote request to {second} at term {term}",
    "{me} [logterm: {before}, index: {index}] sent MsgVote request to {third} at term {term}",
    "raft.node: {me} lost leader {third} at term {term}",
    "{me} received MsgVoteResp from {second} at term {term}",
    "{me} has received 2 MsgVoteResp votes and 0 vote rejections",
    "{me} became leader at term {term}",
    "raft.node: {me} elected leader {me} at term {term}",
    "{me} failed to send message to {third} because it is unreachable [StateProbe match=0 next={index}]",
    "{me} received MsgAppResp(MsgApp was rejected, lastindex: 3) from {third} for index {index}",
    "{me} decreased progress of {third} to [StateProbe match=0 next=4]",
    "{me} switched to configuration voters=(529173513307031091 14983306882222399378 16259786150749191015)",
    "{me} [term: {term}] ignored a MsgVote message with lower term from {third} [term: {before}]",
    "{me} failed to send message to {third} because it is unreachable [StateProbe match=0 next=4 paused inactive]",
    "{me} stepped down to follower since quorum is not active",
    "{me} became follower at term {term}",
    "raft.node: {me} lost leader {me} at term {term}",
    "raft.node: {me} elected leader {third} at term {term}",
)


def measure() -> list[Figure]:
    """import.zap_lines_per_s: lines of a log at debug level, from the file to events in their final order."""
    from raftlab.importers import read

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "n1.log"
        write_log(path, _LINES)
        params: dict[str, Any] = {"lines": _LINES, "megabytes": round(path.stat().st_size / 1e6), "raft_percent": 5}

        def work() -> int:
            imported = read([path])
            params["events"] = len(imported.events)
            return imported.files[0].lines

        rate = best_rate(work)
    return [("import.zap_lines_per_s", rate, "lines/s", params)]


def write_log(path: Path, lines: int) -> None:
    """A member's log of up to 3.6 million lines, one a millisecond, one in twenty raft's: elections again and again."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            seconds, millis = divmod(number, 1000)
            stamp = f"2026-11-23T00:{seconds // 60:02}:{seconds % 60:02}.{millis:03}Z"
            place, rest = divmod(number % _TERM_EVERY, _TERM_EVERY // len(_ELECTION))
            if rest:
                line = _OTHERS[number % len(_OTHERS)] % (stamp, stamp)
            else:
                line = _raft_line(stamp, number // _TERM_EVERY + 1, place)
            file.write(line + "\n")


def _raft_line(stamp: str, before: int, place: int) -> str:
    text = _ELECTION[place].format(
        me="cfef663973881f92", second="e1a65d5b2738bb67", third="7580081b5360633", before=before, term=before + 1,
        index=before * 10,
    )  # fmt: skip
    return f'{{"level":"info","ts":"{stamp}","caller":"raft/raft.go:706","msg":"{text}"}}'
