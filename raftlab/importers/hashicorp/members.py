"""Who is who among servers that are printed now by address, now by id, and named elsewhere.

A server's key is the name that the log gives it (serf's member of that address), else its id, or where that is a UUID
that nobody reads, its address.
"""

from __future__ import annotations

import re
from typing import Final

from raftlab.core.model import Config

_SERVER: Final = re.compile(r"\{Suffrage:(?P<suffrage>\w+) ID:(?P<id>\S+) Address:(?P<address>[^\s}]*)\}")
_PEER: Final = re.compile(r"\{\w+ (?P<id>\S+) (?P<address>[^\s}]+)\}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Members:
    """What the lines say of names; `key` settles it, so ask only after all of them are read."""

    def __init__(self) -> None:
        self._address_of: dict[str, str] = {}
        self._id_at: dict[str, str] = {}
        self._name_at: dict[str, str] = {}
        self._name_on: dict[str, str] = {}

    def servers(self, text: str) -> list[tuple[str, str]]:
        """(id, suffrage) of each server in `[{Suffrage:Voter ID:... Address:...} ...]`, which are remembered."""
        found = []
        for server in _SERVER.finditer(text):
            self._address_of[server["id"]] = server["address"]
            self._id_at[server["address"]] = server["id"]
            found.append((server["id"], server["suffrage"]))
        return found

    def named(self, name: str, address: str = "", host: str = "") -> None:
        """The server at an address, or on a host, bears a name."""
        if address:
            self._name_at.setdefault(address, name)
        elif host:
            self._name_on.setdefault(host, name)

    def key(self, printed: str) -> str:
        """The key of what a line prints: an id, an address, or a peer as `{Voter id address}`."""
        peer = _PEER.search(printed)
        printed = peer["id"] if peer is not None else printed.strip('"')
        address = self._address_of.get(printed, printed)
        name = self._name_at.get(address) or self._name_on.get(address.rsplit(":", 1)[0])
        if name:
            return name
        identifier = self._id_at.get(address, printed)
        return address if _UUID.fullmatch(identifier) and address != printed else identifier

    def identifier(self, printed: str) -> str:
        """The id as the source prints it, or the address where no line tells it."""
        return self._id_at.get(printed, printed)

    def config(self, text: str) -> Config | None:
        """The configuration that a list of servers is; None if it names nobody."""
        servers = self.servers(text)
        voters = tuple(self.key(identifier) for identifier, suffrage in servers if suffrage != "Nonvoter")
        learners = tuple(self.key(identifier) for identifier, suffrage in servers if suffrage == "Nonvoter")
        return Config(voters, (), learners) if servers else None
