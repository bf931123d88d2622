"""Who is who: members' names, gathered from all files before any event is told.

A member's key is the name that a source gives it, also when another member's file tells it; else its id as printed.
"""

from __future__ import annotations


class Names:
    """What has been said about names so far; `key` settles it, so ask only after all files are read.

    `group` is the Raft group that is told, where a source takes part in several ("" until one is chosen).
    """

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._urls: dict[str, tuple[str, ...]] = {}
        self._name_at_url: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._taken: set[str] = set()
        self.group = ""
        self.clusters: dict[str, list[str]] = {}

    def belongs(self, file: str, cluster: str) -> None:
        """A file says to which cluster its member belongs: `clusters` has the files of each cluster's id."""
        if cluster and cluster != "0" and file not in self.clusters.setdefault(cluster, []):
            self.clusters[cluster].append(file)

    def say(self, identifier: str, name: str) -> None:
        """A source says that this id bears this name."""
        if identifier and name:
            self._said.setdefault(identifier, name)

    def bearer(self, name: str) -> str:
        """The id that bears a name so far; "" if none does, or several do."""
        found = [identifier for identifier, said in self._said.items() if said == name]
        return found[0] if len(found) == 1 else ""

    def lives_at(self, identifier: str, urls: tuple[str, ...]) -> None:
        """A source says at which URLs this id is found."""
        if identifier and urls:
            self._urls.setdefault(identifier, urls)

    def initial_cluster(self, text: str) -> None:
        """etcd's --initial-cluster: `n1=http://a:1,n2=http://b:1`, a name perhaps with several URLs."""
        for part in text.split(","):
            name, equals, url = part.strip().partition("=")
            if equals and name:
                self._name_at_url.setdefault(url, name)

    def key(self, identifier: str) -> str:
        """The member's key. Two ids that claim one name (a member replaced under its old name): the first gets it."""
        key = self._keys.get(identifier)
        if key is None:
            name = self._said.get(identifier) or self._name_by_url(identifier)
            key = identifier if name is None or name in self._taken else name
            self._taken.add(key)
            self._keys[identifier] = key
        return key

    def identifiers(self) -> list[str]:
        """The ids that have been named."""
        return [*self._said, *(each for each in self._urls if each not in self._said)]

    def identifier(self, word: str) -> str:
        """The id of which this is the name, if it is one's name; else the word itself."""
        if word in self._said:
            return word
        return next((identifier for identifier, name in self._said.items() if name == word), word)

    def _name_by_url(self, identifier: str) -> str | None:
        found = (self._name_at_url.get(url) for url in self._urls.get(identifier, ()))
        return next((name for name in found if name), None)
