"""Which events are meant: by kind, node, term, message type, text, or as the break of an invariant.

    kind BecameLeader          kind VoteGranted, VoteRefused node n2 term 3
    message AppendEntries      text "lease" node n1          invariant

Words of one kind are alternatives, different ones must all hold. It is what breakpoints and the filter of the
event list are made of; it looks at events alone, never at states.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from raftlab.core.errors import QueryError
from raftlab.core.events import Event, InvariantBroken, MessageDropped
from raftlab.core.messages import Message
from raftlab.trace.terms import event_terms, message_type
from raftlab.view.describe import describe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from raftlab.trace import Timeline
    from raftlab.trace.postings import Alternatives

WORDS: Final = ("kind", "node", "term", "message", "text", "invariant")
"""The words that a criterion begins with."""

KINDS: Final = tuple(sorted(kind.__name__ for kind in Event.__subclasses__()))
MESSAGES: Final = tuple(sorted(kind.__name__ for kind in Message.__subclasses__()))

_TOKEN: Final = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^\s,"\']+)|(,)|(["\'])')
_WORD: Final = re.compile(r"[\w\"',]")
_OPERATORS: Final = frozenset({"in", "is", "not", "and", "or", "if", "for"})


class Criteria(Struct, frozen=True):
    """What an event must be; an empty part asks for nothing. `text`: pieces of its sentence, in small letters."""

    kinds: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()
    terms: frozenset[int] = frozenset()
    messages: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    broken: bool = False
    invariants: frozenset[str] = frozenset()

    def matches(self, event: Event, position: int, timeline: Timeline, broken: Collection[int] = ()) -> bool:
        """Whether the event at a position is meant. `broken`: where a checker found breaks that the trace doesn't say.

        `broken` counts only where no invariant is named: positions don't tell which one broke.
        """
        if self.kinds and type(event).__name__ not in self.kinds:
            return False
        if self.nodes and event.node not in self.nodes:
            return False
        if self.terms and self.terms.isdisjoint(event_terms(event)):
            return False
        if self.messages and message_of(event, timeline) not in self.messages:
            return False
        if self.broken and not self._is_break(event, position, broken):
            return False
        return not self.texts or self._has_text(event)

    def required(self, *, broken_told: bool = True) -> list[Alternatives]:
        """Posting lists outside of which nothing is meant (see `trace.postings`).

        Args:
            broken_told: the trace itself says where invariants break, and nobody else does.
        """
        found: list[Alternatives] = []
        if self.kinds:
            found.append(tuple(sorted(self.kinds)))
        if self.nodes:
            found.append(tuple(f"node:{name}" for name in sorted(self.nodes)))
        if self.terms:
            found.append(tuple(f"term:{term}" for term in sorted(self.terms)))
        if self.messages:
            # A lost one's message stands in another event, and so in no list.
            found.append((*(f"message:{name}" for name in sorted(self.messages)), "MessageDropped"))
        if self.broken and broken_told:
            found.append(("InvariantBroken",))
        return found

    def _is_break(self, event: Event, position: int, broken: Collection[int]) -> bool:
        if isinstance(event, InvariantBroken):
            return not self.invariants or event.invariant in self.invariants
        return not self.invariants and position in broken

    def _has_text(self, event: Event) -> bool:
        sentence = describe(event).lower()
        return any(text in sentence for text in self.texts)

    @property
    def words(self) -> str:
        """As a person would type it."""
        parts = [
            ("kind", sorted(self.kinds)),
            ("node", sorted(self.nodes)),
            ("term", [str(term) for term in sorted(self.terms)]),
            ("message", sorted(self.messages)),
            ("text", [f'"{text}"' for text in self.texts]),
        ]
        said = [f"{word} {', '.join(values)}" for word, values in parts if values]
        if self.broken:
            said.append(f"invariant {', '.join(sorted(self.invariants))}".rstrip())
        return " ".join(said)


def message_of(event: Event, timeline: Timeline) -> str | None:
    """The type of the message that an event is about; a lost one's stands in the event that sent it."""
    if isinstance(event, MessageDropped) and event.cause is not None:
        return message_type(timeline.event(event.cause))
    return message_type(event)


def is_criteria(text: str, nodes: Collection[str] = ()) -> bool:
    """Whether a text is meant as criteria, not as a predicate (`kind X` and `n1` are, `kind == "X"` isn't)."""
    first, *rest = text.split(maxsplit=1)
    if first not in WORDS and first not in nodes and not spelt(first.rstrip(","), KINDS + MESSAGES):
        return False
    return not rest or (rest[0].split()[0] not in _OPERATORS - {"if"} and _WORD.match(rest[0]) is not None)


def parse_criteria(text: str, nodes: Iterable[str]) -> Criteria:
    """What a person typed.

    Args:
        nodes: those that there are, for words that name one.

    Raises:
        QueryError: it can't be understood; the message says what could be meant.
    """
    known = list(dict.fromkeys(nodes))
    found: dict[str, list[str]] = {word: [] for word in WORDS}
    word, comma = "", True
    for match in _TOKEN.finditer(text):
        quoted, value = match[1] if match[1] is not None else match[2], match[3]
        if match[5]:
            raise QueryError(f"a quote isn't closed in {text!r}")
        if match[4]:
            comma = True
        elif quoted is None and value.lower() in WORDS and not (word == "text" and comma):
            if comma and word and not found[word]:
                raise QueryError(f"{word} what? such as  {_EXAMPLES[word]}")
            word, comma = value.lower(), True
            if word == "invariant":
                found[word].append("")
        elif quoted is None and word == "text" and not comma:
            found[word][-1] += f" {value}"
        else:
            if not word or not comma:
                word = _word_of(value if quoted is None else "", quoted, known, word)
            found[word].append(_meant(word, value if quoted is None else quoted, known))
            comma = False
    if word and comma and not found[word]:
        raise QueryError(f"{word} what? such as  {_EXAMPLES[word]}")
    return _made(found)


_EXAMPLES: Final = {
    "kind": "kind BecameLeader", "node": "node n1", "term": "term 3", "message": "message AppendEntries",
    "text": 'text "lease"', "invariant": "invariant",
}  # fmt: skip


def _made(found: dict[str, list[str]]) -> Criteria:
    return Criteria(
        frozenset(found["kind"]),
        frozenset(found["node"]),
        frozenset(int(term) for term in found["term"]),
        frozenset(found["message"]),
        tuple(text.lower() for text in found["text"]),
        bool(found["invariant"]),
        frozenset(name for name in found["invariant"] if name),
    )


def spelt(value: str, values: Iterable[str]) -> str | None:
    """The name that is meant, however it is written: BecameLeader, became-leader; None when it is none of them."""
    small = _small(value)
    return next((name for name in values if name.lower() == small), None)


def _small(value: str) -> str:
    return re.sub(r"[-_]", "", value).lower()


def _word_of(value: str, quoted: str | None, known: list[str], word: str) -> str:
    """What a value without its word is: a kind, a node, a message; in quotes a text."""
    if quoted is not None:
        return "text"
    if word == "invariant" or (word == "term" and value.isdigit()):
        return word
    if value in known:
        return "node"
    for name, values in (("kind", KINDS), ("message", MESSAGES)):
        if spelt(value, values):
            return name
    hint = f"{', '.join(WORDS[:-1])} or invariant stands before what is looked for"
    raise QueryError(f"what is {value!r}? {hint}, such as  node n1 kind VoteGranted term 3 text {value!r}")


def _meant(word: str, value: str, known: list[str]) -> str:
    """The value as it is spelt."""
    if word == "term":
        if not value.isdigit():
            raise QueryError(f"a term is a number, not {value!r}")
        return value
    if word == "kind":
        return _chosen("kind of event", value, KINDS)
    if word == "message":
        return _chosen("message", value, MESSAGES)
    if word == "node" and known and value not in known:
        raise QueryError(f"there is no node {value!r}; there are {', '.join(known)}")
    return value


def _chosen(what: str, value: str, values: tuple[str, ...]) -> str:
    """One of some names, as it is spelt."""
    found = spelt(value, values)
    if found:
        return found
    plain = {name.lower(): name for name in values}
    asked = _small(value)
    close = get_close_matches(asked, plain, 1)
    within = [name for small, name in plain.items() if asked in small]
    hint = (
        f"did you mean {' or '.join(within[:4])}?" if within
        else f"did you mean {plain[close[0]]}?" if close else f"there are {', '.join(values)}"
    )  # fmt: skip
    raise QueryError(f"there is no {what} {value!r}; {hint}")
