"""A line of text: capnslog's, raft's own logger's, Fabric's, or a text that an envelope bears without a head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from raftlab.importers.etcd_log.reasons import NAMES_ONLY, NOT_ETCDS, NOT_RAFT
from raftlab.importers.etcd_log.server_texts import server_text
from raftlab.importers.etcd_log.shapes import BARE_MATTERS, CAPNSLOG_MATTERS, RAFT_MATTERS
from raftlab.importers.raft_forms import form_of

if TYPE_CHECKING:
    from raftlab.importers.etcd_log.envelopes import Wrapping
    from raftlab.importers.etcd_log.said import Account

_FABRICS_END: Final = re.compile(r"(.*) channel=(\S+) node=(\d+)", re.DOTALL)
_ZONES_OF_0: Final = frozenset({"UTC", "GMT", "Z"})
_DEADLY: Final = frozenset({"PANI", "FATA", "PANIC", "FATAL"})


def take(account: Account, number: int, line: bytes, head: re.Match[bytes], wrapping: Wrapping) -> str | None:
    """Tell the account what a line with a known head says; why not, if it says nothing."""
    kind = head.lastgroup
    if kind == "level":
        return _capnslog(account, number, line, head, wrapping)
    if kind in ("whole", "header"):
        if RAFT_MATTERS.match(line, head.end()) is None:
            return NOT_RAFT
        stamp = head["whole"].decode()
        return _raft(account, number, _rest(line, head), stamp, wrapping)
    if kind == "grpc":
        return NOT_RAFT
    return _fabric(account, number, line, head, wrapping)


def take_bare(account: Account, number: int, line: bytes, wrapping: Wrapping) -> str | None:
    """The same for a line without a head: what the envelope bears is the text itself."""
    if line.startswith(b"panic: "):
        return account.add(
            number, wrapping, _own_time(account, wrapping), "fatal", (line.decode("utf-8", "replace").strip(),)
        )
    found = BARE_MATTERS.match(line) if wrapping.stamp else None
    if found is None:
        return NOT_RAFT if wrapping.stamp else NOT_ETCDS
    text = line.decode("utf-8", "replace").strip()
    if found["server"]:
        return _server(account, number, text, "", wrapping)
    return _raft(account, number, text, "", wrapping)


def _own_time(account: Account, wrapping: Wrapping) -> str:
    """Go's runtime prints no time: a panic comes just after the last line that has one."""
    fine = account.fine.get(wrapping.key)
    return fine.decode() if fine is not None and not wrapping.stamp else ""


def _capnslog(account: Account, number: int, line: bytes, head: re.Match[bytes], wrapping: Wrapping) -> str | None:
    account.fine[wrapping.key] = head["fine"]
    matters = CAPNSLOG_MATTERS.match(line, head.end())
    critical = head["level"] == b"C"
    if matters is None and not critical:
        return NOT_RAFT
    stamp, text = head["fine"].decode(), _rest(line, head)
    package, _, message = text.partition(": ")
    if critical:
        found = form_of(message) if package == "raft" else None
        node = found[1] if found is not None else ""
        return account.add(number, wrapping, stamp, "fatal", (message or text,), node)
    if package == "raft":
        return _raft(account, number, message, stamp, wrapping)
    return _server(account, number, message, stamp, wrapping)


def _raft(
    account: Account, number: int, text: str, stamp: str, wrapping: Wrapping, channel: str = "", owner: str = ""
) -> str | None:
    found = form_of(text)
    if found is None:
        return NOT_RAFT
    form, node, args = found
    return account.add(
        number, wrapping, stamp, form, (text.removeprefix(f"{node} "),) if form == "note" else args, node or owner,
        whole=bool(stamp) and "." not in stamp, channel=channel,
    )  # fmt: skip


def _server(account: Account, number: int, message: str, stamp: str, wrapping: Wrapping) -> str | None:
    found = server_text(message)
    if found is None:
        return NOT_RAFT
    form, args = found
    match form:
        case "initial_cluster":
            account.names.initial_cluster(args[0])
            return NAMES_ONLY
        case "lives_at":
            account.names.lives_at(args[0], tuple(args[1].split(" ")))
            return NAMES_ONLY
        case "local":
            account.names.belongs(account.report.file, args[1])
            return account.add(number, wrapping, stamp, form, (), args[0])
    return account.add(number, wrapping, stamp, form, args)


def _fabric(account: Account, number: int, line: bytes, head: re.Match[bytes], wrapping: Wrapping) -> str | None:
    level = (head["newer"] or head["older"] or b"").decode()
    matters = RAFT_MATTERS.match(line, head.end())
    if matters is None and level not in _DEADLY:
        return NOT_RAFT
    stamp, zone = head["fabric"].decode(), head["zone"].decode()
    if zone[0] in "+-":
        stamp += zone if len(zone) > 3 else f"{zone}00"
    elif zone in _ZONES_OF_0:
        stamp += "Z"
    found = _FABRICS_END.fullmatch(_rest(line, head))
    if found is None:
        return NOT_RAFT
    text, channel, node = found.groups()
    owner = f"{int(node):x}"
    if level in _DEADLY:
        return account.add(number, wrapping, stamp, "fatal", (text,), owner, channel=channel)
    return _raft(account, number, text, stamp, wrapping, channel, owner)


def _rest(line: bytes, head: re.Match[bytes]) -> str:
    return line[head.end() :].decode("utf-8", "replace").rstrip("\r\n")
