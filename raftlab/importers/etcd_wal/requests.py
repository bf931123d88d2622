"""What an entry of etcd's carries, in words.

An entry's text shows its request whole while that is short, so that two entries can be compared by eye:

    put k1 = v1                 put k1 = v1 (lease 1a2b)        del a .. b        compact 7        lease grant 1a2b 60 s
    txn if mod(a) == 3 then put a = x else get a                                  cluster version 3.5.0
    member add n4 1c4e070a0d31c273 http://h:2380 (learner)
    PUT /0/members/cfef663973881f92/attributes = {"name":"n1"}                    (a request of the v2 store)

Bytes that aren't printable text are written with backslashes (and a backslash twice). Of a value longer than
VALUE_SHOWN the beginning is shown, then its length and the first 16 digits of its SHA-256: whoever has the value can
check that it is this one. Passwords and their hashes are never shown. Not shown: the request's id, and flags that
change what is answered and not what is stored.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from raftlab.importers.etcd_wal.proto import Fields, integer, message, octets, signed

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE_SHOWN: Final = 64
"""How many characters of a value are shown whole."""

NORMAL, CONFIG_CHANGE, CONFIG_CHANGE_V2 = 0, 1, 2
_V2_METHODS: Final = frozenset({b"PUT", b"POST", b"DELETE", b"GET", b"QGET", b"SYNC"})


class Member(NamedTuple):
    """What an entry tells of a member: its id as printed, its name ("" if it isn't told), its peer URLs."""

    id: str
    name: str
    urls: tuple[str, ...] = ()


class Described(NamedTuple):
    """An entry's kind and text as core's Entry has them, and the member that it tells of."""

    kind: str
    text: str
    member: Member | None = None


def describe(entry_type: int, data: bytes) -> Described:
    """What an entry carries. Never fails: what isn't understood is said to be so, with its length and hash."""
    try:
        if entry_type in (CONFIG_CHANGE, CONFIG_CHANGE_V2):
            return _change_of_members(entry_type, data)
        if not data:
            return Described("noop", "")
        return _request(data)
    except (ValueError, TypeError, AttributeError):
        kind = "config" if entry_type in (CONFIG_CHANGE, CONFIG_CHANGE_V2) else "normal"
        return Described(kind, f"not understood: {len(data)} B, sha256 {_digest(data)}")


def shown(data: bytes) -> str:
    """Bytes as text: printable text as it is, all else with backslashes; the beginning of what is long."""
    text = data.decode("utf-8", "backslashreplace") if b"\\" not in data else _escaped(data)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    if len(text) <= VALUE_SHOWN:
        return text
    return f"{text[: VALUE_SHOWN - 16]}... ({len(data)} B, sha256 {_digest(data)})"


def _escaped(data: bytes) -> str:
    return data.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


# -- requests of the key-value store ----------------------------------------------------------------------------------


def _request(data: bytes) -> Described:
    found = message(data)
    if found.get(2, [None])[-1] in _V2_METHODS:
        return _v2(found)  # a request of the v2 store, bare
    if 2 in found:
        return _v2(message(octets(found, 2)))
    for number, tell in _REQUESTS.items():
        if number in found:
            return tell(message(octets(found, number)))
    rest = ", ".join(str(number) for number in found if number not in (1, 100))
    return Described(
        "normal", f"request of a kind not known here (field {rest}): {len(data)} B, sha256 {_digest(data)}"
    )


def _v2(found: Fields) -> Described:
    method, path = shown(octets(found, 2)), octets(found, 3).decode("utf-8", "backslashreplace")
    value = octets(found, 4)
    if path == "/0/version" and method == "PUT":
        return Described("normal", f"cluster version {shown(value)}")
    parts = path.split("/")
    if len(parts) == 5 and parts[2] == "members" and parts[4] == "attributes" and method == "PUT":
        attributes = json.loads(value)
        name = str(attributes.get("name", "")) if isinstance(attributes, dict) else ""
        # Who publishes where it serves: a value of its own making, so shown whole.
        text = value.decode("utf-8", "backslashreplace")
        return Described("normal", f"PUT {path} = {text}", Member(parts[3], name))
    text = f"{method} {path}" + (f" = {shown(value)}" if value else "")
    return Described("normal", text)


def _put(found: Fields) -> Described:
    text = f"put {shown(octets(found, 1))}"
    if not integer(found, 5):
        text += f" = {shown(octets(found, 2))}"
    if integer(found, 3):
        text += f" (lease {integer(found, 3):x})"
    if integer(found, 6):
        text += " (keeps its lease)"
    return Described("normal", text)


def _range(found: Fields) -> Described:
    return Described("normal", f"get {_keys(found, 1, 2)}")


def _delete(found: Fields) -> Described:
    return Described("normal", f"del {_keys(found, 1, 2)}")


def _keys(found: Fields, first: int, end: int) -> str:
    key, range_end = octets(found, first), octets(found, end)
    if not range_end:
        return shown(key)
    if range_end == b"\0":
        return f"{shown(key)} .." if key not in (b"", b"\0") else "all keys"
    return f"{shown(key)} .. {shown(range_end)}"


_RELATIONS: Final = ("==", ">", "<", "!=")
_TARGETS: Final = (("version", 4), ("create", 5), ("mod", 6), ("value", 7), ("lease", 8))


def _comparison(data: bytes) -> str:
    found = message(data)
    target, field = _TARGETS[integer(found, 2)] if integer(found, 2) < len(_TARGETS) else ("?", 0)
    relation = _RELATIONS[integer(found, 1)] if integer(found, 1) < len(_RELATIONS) else "?"
    against = shown(octets(found, 7)) if field == 7 else str(signed(integer(found, field)))
    return f"{target}({_keys(found, 3, 64)}) {relation} {against}"


def _txn(found: Fields) -> Described:
    compares = [_comparison(each) for each in found.get(1, ()) if isinstance(each, bytes)]
    then = [_operation(each) for each in found.get(2, ()) if isinstance(each, bytes)]
    otherwise = [_operation(each) for each in found.get(3, ()) if isinstance(each, bytes)]
    text = "txn"
    if compares:
        text += f" if {' and '.join(compares)} then"
    text += f" {'; '.join(then) if then else 'nothing'}"
    if otherwise:
        text += f" else {'; '.join(otherwise)}"
    return Described("normal", text)


_OPERATIONS: Final = {1: _range, 2: _put, 3: _delete, 4: _txn}


def _operation(data: bytes) -> str:
    found = message(data)
    for number, tell in _OPERATIONS.items():
        if number in found:
            return tell(message(octets(found, number))).text
    return "nothing"


def _compaction(found: Fields) -> Described:
    return Described("normal", f"compact {signed(integer(found, 1))}")


def _lease_grant(found: Fields) -> Described:
    return Described("normal", f"lease grant {integer(found, 2):x} {signed(integer(found, 1))} s")


def _lease_revoke(found: Fields) -> Described:
    return Described("normal", f"lease revoke {integer(found, 1):x}")


def _lease_checkpoint(found: Fields) -> Described:
    each = [message(data) for data in found.get(1, ()) if isinstance(data, bytes)]
    left = ", ".join(f"{integer(one, 1):x} has {signed(integer(one, 2))} s left" for one in each)
    return Described("normal", f"lease checkpoint {left}")


def _alarm(found: Fields) -> Described:
    action = {0: "get", 1: "activate", 2: "deactivate"}.get(integer(found, 1), "?")
    kind = {0: "none", 1: "NOSPACE", 2: "CORRUPT"}.get(integer(found, 3), "?")
    member = integer(found, 2)
    return Described("normal", f"alarm {action} {kind}" + (f" of {member:x}" if member else ""))


def _cluster_version(found: Fields) -> Described:
    return Described("normal", f"cluster version {shown(octets(found, 1))}")


def _member_attributes(found: Fields) -> Described:
    identifier, attributes = f"{integer(found, 1):x}", message(octets(found, 2))
    name = octets(attributes, 1).decode("utf-8", "backslashreplace")
    urls = " ".join(shown(url) for url in attributes.get(2, ()) if isinstance(url, bytes))
    return Described("normal", f"member {identifier} is {name}, serves clients at {urls}", Member(identifier, name))


def _downgrade(found: Fields) -> Described:
    version = shown(octets(found, 2))
    return Described("normal", f"downgrade to {version}" if integer(found, 1) else "downgrade cancelled")


def _auth(words: str, *numbers: int) -> Callable[[Fields], Described]:
    """A request of authentication: its words, and those of its fields that are no secret."""

    def tell(found: Fields) -> Described:
        return Described("normal", " ".join([words, *(shown(octets(found, number)) for number in numbers)]))

    return tell


_REQUESTS: Final[dict[int, Callable[[Fields], Described]]] = {
    3: _range,
    4: _put,
    5: _delete,
    6: _txn,
    7: _compaction,
    8: _lease_grant,
    9: _lease_revoke,
    10: _alarm,
    11: _lease_checkpoint,
    1000: _auth("auth enable"),
    1011: _auth("auth disable"),
    1012: _auth("authenticate", 1),
    1013: _auth("auth status"),
    1100: _auth("user add", 1),
    1101: _auth("user delete", 1),
    1102: _auth("user get", 1),
    1103: _auth("user change password", 1),
    1104: _auth("user grant role", 1, 2),
    1105: _auth("user revoke role", 1, 2),
    1106: _auth("user list"),
    1107: _auth("role list"),
    1200: _auth("role add", 1),
    1201: _auth("role delete", 1),
    1202: _auth("role get", 1),
    1203: _auth("role grant permission", 1),
    1204: _auth("role revoke permission", 1, 2),
    1300: _cluster_version,
    1301: _member_attributes,
    1302: _downgrade,
    9900: _auth("downgrade test", 1),
}
"""By the field of etcd's InternalRaftRequest that is set."""


# -- members ----------------------------------------------------------------------------------------------------------

_CHANGES: Final = ("add", "remove", "update", "add")


def _change_of_members(entry_type: int, data: bytes) -> Described:
    found = message(data)
    if entry_type == CONFIG_CHANGE:
        return _one_change(integer(found, 2), f"{integer(found, 3):x}", octets(found, 4))
    changes = [message(each) for each in found.get(2, ()) if isinstance(each, bytes)]
    if not changes:
        return Described("config", "leave the joint configuration")
    if len(changes) == 1:
        return _one_change(integer(changes[0], 1), f"{integer(changes[0], 2):x}", octets(found, 3))
    each = "; ".join(_one_change(integer(change, 1), f"{integer(change, 2):x}", b"").text for change in changes)
    return Described("config", each)


def _one_change(kind: int, identifier: str, context: bytes) -> Described:
    told: Any = json.loads(context) if context.startswith(b"{") else {}
    name = str(told.get("name", ""))
    urls = tuple(str(url) for url in told.get("peerURLs") or ())
    what = _CHANGES[kind] if kind < len(_CHANGES) else f"change {kind}"
    words = ["member", "promote" if told.get("isPromote") else what, *([name] if name else []), identifier, *urls]
    learner = " (learner)" if kind == 3 else ""
    return Described("config", " ".join(words) + learner, Member(identifier, name, urls))
