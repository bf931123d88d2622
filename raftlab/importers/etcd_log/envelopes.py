"""What wraps the lines of a log on its way to a file: journald, syslog, docker, kubectl and the like, one in another.

Each envelope says who wrote the line (a host, a container, a pod: parts of a writer's key) and perhaps when. What was
found at the last line is tried first at the next one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from raftlab.importers.etcd_log.shapes import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH: Final = 5
"""How many envelopes, one in another, are taken off a line."""

_COLOURS: Final = re.compile(rb"\x1b\[[0-9;]*m")
_ISO: Final = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_MONTH: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WHO: Final = rb" (?P<who>\S+ [A-Za-z_/(][^\s\[:]*(?:\[\d+\])?): ?"
_INNER: Final = rb'(?=\{"|\d{4}-\d\d-\d\d |raft\d{4}/|[A-Z]+: \d{4}/|panic: )'
"""What must follow where an envelope's own form is too plain to be certain."""

_ENVELOPES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # syslog's two, and journald's short formats
        rb"<\d{1,3}>1 (?:-|(?P<stamp>" + _ISO + rb")) (?P<who>\S+ \S+ \S+) \S+ "
        rb"(?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?:\xef\xbb\xbf)?",
        rb"(?:<\d{1,3}>)?(?P<stamp>" + _MONTH + rb" [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?)" + _WHO,
        rb"(?P<stamp>" + _ISO + rb")" + _WHO,
        rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?) [A-Z]{3,5}" + _WHO,
        rb"(?P<stamp>\d{9,11}\.\d{6})" + _WHO,
        # the Kubernetes runtime's files, and `kubectl logs --prefix`
        rb"(?P<stamp>" + _ISO + rb") (?:stdout|stderr) [FP](?::\S*)? ",
        rb"\[(?P<who>pod/[^\]\s]+)\] ",
        # docker-compose, `kubectl logs` piped by a name, docker and kubectl with --timestamps
        rb"(?P<who>[\w./-]+) *\| ",
        rb"(?P<stamp>" + _ISO + rb") " + _INNER,
        rb"(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) " + _INNER,
        # stern (pod and container), kubetail ([pod]), grep (file and line)
        rb"(?P<who>[a-z0-9][a-z0-9.-]* [a-z0-9][a-z0-9.-]*) " + _INNER,
        rb"\[(?P<who>[\w.-]+(?: [\w.-]+)?)\] " + _INNER,
        rb"(?P<who>[\w./-]+):(?:\d+:)?" + _INNER,
    )
)  # fmt: skip

Key = tuple[str, ...]


class Wrapping(msgspec.Struct, frozen=True):
    """What the envelopes of a line said: who wrote it, when (the innermost that tells), and how many there were."""

    key: Key = ()
    stamp: bytes = b""
    depth: int = 0

    def inside(self, who: str, stamp: str) -> Wrapping:
        """With one more envelope within."""
        return Wrapping((*self.key, who) if who else self.key, stamp.encode() or self.stamp, self.depth + 1)


NAKED: Final = Wrapping()


class _Envelope(NamedTuple):
    match: Callable[[bytes], re.Match[bytes] | None]
    tells_who: bool
    tells_when: bool


class Peeler:
    """Takes the envelopes off lines of text. One for each file: it remembers what it found."""

    def __init__(self) -> None:
        envelopes = [_Envelope(it.match, "who" in it.groupindex, "stamp" in it.groupindex) for it in _ENVELOPES]
        self._order = [list(envelopes) for _ in range(DEPTH)]
        self._keys: dict[tuple[Key, bytes], Key] = {}

    def peel(self, line: bytes, wrapping: Wrapping) -> tuple[bytes, Wrapping] | None:
        """The line without its outermost envelope, and what is known by then; None if it isn't in one."""
        depth = wrapping.depth
        if depth >= DEPTH:
            return None
        order = self._order[depth]
        for place, envelope in enumerate(order):
            found = envelope.match(line)
            if found is not None:
                if place:
                    order.insert(0, order.pop(place))
                key = self._key(wrapping.key, found["who"]) if envelope.tells_who else wrapping.key
                stamp = found["stamp"] if envelope.tells_when else None
                return line[found.end() :], Wrapping(key, stamp or wrapping.stamp, depth + 1)
        return None

    def _key(self, key: Key, who: bytes) -> Key:
        inner = self._keys.get((key, who))
        if inner is None:
            inner = self._keys[key, who] = (*key, who.decode("utf-8", "replace"))
        return inner


def uncoloured(line: bytes) -> bytes:
    """Without the colours of a terminal."""
    return _COLOURS.sub(b"", line) if b"\x1b" in line else line


class _Docker(msgspec.Struct):
    log: str
    time: str = ""
    stream: str = ""
    kubernetes: dict[str, Any] = {}


_docker = msgspec.json.Decoder(_Docker).decode


def unwrap_docker(line: bytes, wrapping: Wrapping) -> tuple[bytes, Wrapping] | None:
    """The same for a line of docker's json-file driver (fluent-bit adds the pod); None if it is something else."""
    try:
        found = _docker(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    pod = found.kubernetes.get("pod_name", "")
    return found.log.encode(), wrapping.inside(str(pod), found.time)


def unwrap_journal(fields: dict[str, Any], wrapping: Wrapping) -> tuple[bytes, Wrapping] | None:
    """The same for an entry of `journalctl -o json`. (A message with colours is a list of its bytes there.)"""
    message = fields.get("MESSAGE")
    if isinstance(message, list):
        try:
            text = bytes(message)
        except (TypeError, ValueError):
            return None
    elif isinstance(message, str):
        text = message.encode()
    else:
        return None
    micros = str(fields.get("__REALTIME_TIMESTAMP", ""))
    stamp = f"{micros[:-6]}.{micros[-6:]}" if micros.isdecimal() and len(micros) > 6 else ""
    # What other programs of the same host write isn't told apart by their numbers: a container has a name.
    who = [str(fields[each]) for each in ("_HOSTNAME", "CONTAINER_NAME", "SYSLOG_IDENTIFIER", "_PID") if each in fields]
    return text, wrapping.inside(" ".join(who), stamp)


def peeled(line: bytes) -> tuple[bytes, Wrapping]:
    """A line without any envelope: for a look at a file's beginning."""
    peeler, wrapping = Peeler(), NAKED
    line = uncoloured(line)
    for _ in range(DEPTH):
        found = None
        if line.startswith(b"{"):
            found = unwrap_docker(line, wrapping)
            if found is None and b'"MESSAGE"' in line:
                fields = _object(line)
                found = unwrap_journal(fields, wrapping) if fields else None
        elif TEXT.match(line) is None:
            found = peeler.peel(line, wrapping)
        if found is None:
            break
        line, wrapping = uncoloured(found[0]), found[1]
    return line, wrapping


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None
