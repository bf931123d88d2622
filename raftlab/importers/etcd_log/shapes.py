"""How a line of an etcd log begins, once whatever wraps it is off, and which lines are worth a closer look.

zap writes an object of JSON; capnslog text with microseconds (`2026-11-23 19:14:15.476921 I | pkg: text`, at level
debug with the place in the source before the level); raft's own logger, which 3.4 uses beside capnslog, whole seconds
(`raft2026/11/23 19:14:17 INFO: text`); gRPC whole seconds after its level. Hyperledger Fabric's orderers carry etcd's
raft in lines of their own, whose number and level stand behind the function until 2.2 and before the package since.
"""

from __future__ import annotations

import re
from typing import Final

from raftlab.importers.etcd_log.server_texts import TEXTS, ZAP_TEXTS
from raftlab.importers.raft_forms import LINE_STARTS, form_of

ZAP_START: Final = b'{"level"'

_DAY: Final = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_FABRIC_HEAD: Final = (
    rb"(?P<fabric>" + _DAY + rb"\.\d{3}) (?P<zone>[A-Z]{3,5}|[+-]\d{2,4}) (?:[0-9a-f]+ (?P<newer>[A-Z]{4,5}) )?"
    rb"\[(?P<package>[\w./-]+)\] \S+ -> (?:(?P<older>[A-Z]{4,5}) [0-9a-f]+ )?"
)
TEXT: Final = re.compile(
    rb"(?P<fine>" + _DAY + rb"\.\d{6}) (?:\[[^\]\n]*\] )?(?P<level>[A-Z]) \| |"
    rb"raft(?P<whole>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) (?:(?P<header>[A-Z]+): )?|"
    rb"(?P<grpc>[A-Z]+: \d{4}/\d\d/\d\d \d\d:\d\d:\d\d) |" + _FABRIC_HEAD
)
"""The head of a line that isn't JSON."""


def _zap_matters(quote: bytes) -> re.Pattern[bytes]:
    texts = b"|".join(re.escape(text).encode() + quote for text in ZAP_TEXTS)
    return re.compile(quote + rb"msg" + quote + rb":\s*" + quote + rb"(?:" + LINE_STARTS + rb"|" + texts + rb")")


ZAP_MATTERS: Final = _zap_matters(b'"')
"""Whether an object of zap's may be about raft. Nineteen of twenty aren't, and are never decoded."""

QUOTED_ZAP_START: Final = rb"{\"level\""
QUOTED_ZAP_MATTERS: Final = _zap_matters(rb'\\"')
"""The same for an object that is a string within another one."""

ZAP_LAST_WORDS: Final = (b'{"level":"fatal"', b'{"level":"panic"')
_LAST_WORDS: Final = re.compile(rb'\{\\?"level\\?":\\?"(?:fatal|panic)')

RAFT_MATTERS: Final = re.compile(LINE_STARTS)
_SERVER: Final = b"|".join(text.pattern.encode() for text in TEXTS)
CAPNSLOG_MATTERS: Final = re.compile(rb"raft: (?:" + LINE_STARTS + rb")|(?P<server>[\w/.-]+: (?:" + _SERVER + rb"))")
BARE_MATTERS: Final = re.compile(rb"(?P<raft>" + LINE_STARTS + rb")|(?P<server>" + _SERVER + rb")")
"""The same of a text without a head, as capnslog hands it to journald."""

_ETCDS: Final = re.compile(
    rb"(?:etcdmain|etcdserver|embed|rafthttp|mvcc|store|wal|snap|auth|lease|compactor|pkg|discovery|proxy|client)[/:]"
)


_ID_DIGITS: Final = 8
"""An etcd member's id has 16 hexadecimal digits, seldom some fewer."""


def passes(line: bytes) -> bool:
    """Whether a line, whatever wraps it, is surely a whole object of zap's that isn't about raft."""
    begin = line.find(ZAP_START)
    if begin >= 0:
        if ZAP_MATTERS.search(line, begin) is not None:
            return False
    else:
        begin = line.find(QUOTED_ZAP_START)
        if begin < 0 or QUOTED_ZAP_MATTERS.search(line, begin) is not None:
            return False
    return line[-2:] == b"}\n" and _LAST_WORDS.match(line, begin) is None


def is_etcds(line: bytes) -> bool:
    """Whether an unwrapped line is surely one of an etcd server's (another program's may look alike)."""
    if line.startswith(b"{"):
        return all(key in line for key in (b'"level":', b'"ts":', b'"msg":'))
    head = TEXT.match(line)
    if head is None:
        return _is_bare(line)
    if head["fine"]:
        return bool(_ETCDS.match(line, head.end()) or CAPNSLOG_MATTERS.match(line, head.end()))
    if head["whole"]:
        return bool(RAFT_MATTERS.match(line, head.end()))
    return bool(head["fabric"]) and head["package"].startswith(b"orderer")


def _is_bare(line: bytes) -> bool:
    """Whether a text without a head is raft's beyond doubt: a known form, and the id of a node in it.

    Prose and settings have lines that begin like one of raft's.
    """
    found = form_of(line.decode("utf-8", "replace").rstrip()) if BARE_MATTERS.match(line) else None
    return found is not None and found[0] not in ("unknown", "note", "no_state") and len(found[1]) >= _ID_DIGITS
