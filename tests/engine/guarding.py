"""Tests that name the rule they guard, and a broken one with which they must fail.

A test file makes one `Guards()`, decorates its checks with it, and ends with `test_seen_red = guards.seen_red()`: that
runs every check with its rule broken. A test that can't fail is a bug.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from raftlab.engine import Rules

Check = Callable[[Rules], None]
Broken = Callable[..., Any]

RED = (AssertionError, KeyError, ValueError, AttributeError)
"""What a test with a broken rule may end with."""


class Guards:
    """The checks of one file, each with its rule and a broken replacement."""

    def __init__(self) -> None:
        self.bound: list[tuple[Check, str, Broken]] = []

    def __call__(self, rule: str, broken: Broken) -> Callable[[Check], Callable[[], None]]:
        """Bind a check to the rule that it guards; pytest runs it with the true rules."""

        def bind(check: Check) -> Callable[[], None]:
            self.bound.append((check, rule, broken))

            def test() -> None:
                check(Rules())

            test.__doc__ = check.__doc__
            return test

        return bind

    def seen_red(self) -> Callable[..., None]:
        """A test that runs each check with its rule broken, and wants it to fail."""

        @pytest.mark.parametrize(("check", "rule", "broken"), self.bound, ids=[it[0].__name__[5:] for it in self.bound])
        def test(check: Check, rule: str, broken: Broken) -> None:
            with pytest.raises(RED):
                check(Rules((rule,), {rule: {rule: broken}}))

        return test


def nothing(*args: Any) -> None:
    """A rule that does nothing."""


def always(*args: Any) -> bool:
    """A guard that lets everything pass."""
    return True


def never(*args: Any) -> bool:
    """A guard that lets nothing pass."""
    return False
