"""A line of zap's JSON: of raft's, or of the server's beside it. Recognised by its message, never by its caller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from raftlab.importers.etcd_log.reasons import NAMES_ONLY, NOT_RAFT
from raftlab.importers.etcd_log.server_texts import ZAP_NOTES
from raftlab.importers.raft_forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.importers.etcd_log.envelopes import Wrapping
    from raftlab.importers.etcd_log.said import Account

_LEFT: Final = "permanently removed from the cluster"

Fields = dict[str, Any]


def take(account: Account, number: int, fields: Fields, wrapping: Wrapping) -> str | None:
    """Tell the account what an object of zap's says; why not, if it says nothing."""
    text = fields.get("msg")
    if not isinstance(text, str):
        return NOT_RAFT
    say = _Saying(account, number, fields, wrapping)
    found = form_of(text)
    if fields.get("level") in ("fatal", "panic"):
        error = fields.get("error", "")
        return say("fatal", (f"{text} ({error})" if error else text,), found[1] if found is not None else "")
    if found is not None:
        form, node, args = found
        return say(form, (text.removeprefix(f"{node} "),) if form == "note" else args, node)
    told = _SERVER.get(text)
    return NOT_RAFT if told is None else told(say)


class _Saying:
    """One object, and whom to tell."""

    __slots__ = ("account", "fields", "number", "wrapping")

    def __init__(self, account: Account, number: int, fields: Fields, wrapping: Wrapping) -> None:
        self.account, self.number, self.fields, self.wrapping = account, number, fields, wrapping

    def __call__(self, form: str, args: tuple[str, ...], node: str = "") -> str | None:
        stamp = self.fields.get("ts", "")
        stamp = stamp if isinstance(stamp, str) else repr(stamp)
        return self.account.add(self.number, self.wrapping, stamp, form, args, node or self.owner())

    def owner(self) -> str:
        """The id of the member that speaks, if the object names it. (0: it doesn't know yet.)"""
        node = self.text("local-member-id")
        return "" if node == "0" else node

    def text(self, key: str) -> str:
        """A field as text; "" if it isn't there."""
        return str(self.fields.get(key, ""))


def _started(say: _Saying) -> str | None:
    say.account.names.initial_cluster(say.text("initial-cluster"))
    return say("process_started", (say.text("name"),))


def _local(say: _Saying) -> str | None:
    say.account.names.belongs(say.account.report.file, say.text("cluster-id"))
    return say("local", ())


def _published(say: _Saying) -> str | None:
    found = re.match(r"\{Name:(.*?) ClientURLs:", say.text("local-member-attributes"))
    return say("named", (found[1] if found is not None else "",))


def _attributes(say: _Saying) -> str | None:
    found = re.search(r'/0/members/([0-9a-f]+)/attributes.*?"name\\*": *\\*"([^"\\]+)', say.text("V2request"))
    if found is None:
        return NOT_RAFT
    say.account.names.say(found[1], found[2])
    return NAMES_ONLY


def _added(say: _Saying) -> str | None:
    for prefix in ("added-peer", "recovered-remote-peer"):
        urls = say.fields.get(f"{prefix}-peer-urls", say.fields.get(f"{prefix}-urls"))
        if isinstance(urls, list):
            say.account.names.lives_at(say.text(f"{prefix}-id"), tuple(str(url) for url in urls))
    return NAMES_ONLY


def _removed(say: _Saying) -> str | None:
    return say("removed", (say.text("removed-remote-peer-id"),))


def _ended(say: _Saying) -> str | None:
    name = say.text("name")
    return say("process_ended", (name,) if name else ())


def _snapshot(say: _Saying) -> str | None:
    return _numbered(say, "snapshot_taken", "snapshot-index")


def _applied(say: _Saying) -> str | None:
    return _numbered(say, "entry_applied", "index")


def _numbered(say: _Saying, form: str, key: str) -> str | None:
    number = say.fields.get(key)
    return say(form, (str(number),)) if type(number) is int else NOT_RAFT


def _noted(say: _Saying) -> str | None:
    text = say.text("msg")
    if text == "server error" and _LEFT in say.text("error"):
        return say("removed_itself", ())
    details = ", ".join(f"{key}: {say.fields[key]}" for key in ZAP_NOTES[text] if key in say.fields)
    return say("note", (f"{text} ({details})" if details else text,))


_SERVER: Final[dict[str, Callable[[_Saying], str | None]]] = {
    "starting an etcd server": _started,
    "starting local member": _local,
    "restarting local member": _local,
    "published local member to cluster through raft": _published,
    "applyEntryNormal": _attributes,
    "added member": _added,
    "recovered/added member from store": _added,
    "removed member": _removed,
    "closed etcd server": _ended,
    "saved snapshot": _snapshot,
    "Applying entry": _applied,
    **dict.fromkeys(ZAP_NOTES, _noted),
}
