"""Words that may follow what has been typed, offered while one types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Following(Suggester):
    """Suggests the first word that may stand where one types."""

    def __init__(self, following: Mapping[str, Sequence[str]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._following = following

    async def get_suggestion(self, value: str) -> str | None:
        word = last_word(value)
        found = offers(value, self._following) if word else []
        # Only what goes on as it was begun: the field shows the rest behind what stands there.
        first = next((offered for offered in found if offered.startswith(word)), None)
        return None if first is None else value[: len(value) - len(word)] + first


def last_word(text: str) -> str:
    """The word that is being typed; "" behind a blank."""
    found = re.search(r"[^\s,\"'()]*$", text)
    return found[0] if found else ""


def offers(text: str, following: Mapping[str, Sequence[str]]) -> list[str]:
    """The words that could stand where one types, those that begin so first."""
    word = last_word(text)
    before = re.findall(r"[^\s,\"'()]+", text[: len(text) - len(word)])
    asked = next((each for each in reversed(before) if each in following), "")
    if not word and asked and asked != (before[-1] if before else "") and not text.rstrip().endswith(","):
        asked = ""  # the last word has what it needs
    if "." in word and f"{word.split('.')[0]}." in following:
        asked = f"{word.split('.')[0]}."
    small = word.lower()
    words = [offered for offered in following.get(asked, ()) if small in offered.lower() and offered != word]
    return sorted(words, key=lambda offered: not offered.lower().startswith(small))
