"""Clients: how they ask, what they wait for (dissertation 6)."""

from __future__ import annotations

from msgspec import Struct


class Workload(Struct, frozen=True):
    """A client that asks at a steady pace; `{n}` in its text is the number of the request (from 1).

    `reads`: it reads the key `text` with this consistency ("linearizable", "serializable") instead of writing.
    `retry_us`: it opens a session, asks one thing at a time, follows hints to the leader, and asks again when no
    answer came for so long (dissertation 6.3). `node`: whom it asks (None: whoever leads).
    """

    every_us: int
    text: str = "x={n}"
    start_us: int = 0
    client: str = "c1"
    reads: str | None = None
    retry_us: int | None = None
    node: str | None = None


class Request(Struct, frozen=True, gc=False):
    """A request without an answer yet, and whom it was asked of last.

    `retry_us`: how long its client waits before it asks again; None: it doesn't.
    """

    sequence: int
    text: str
    reads: str | None = None
    retry_us: int | None = None
    asked: str | None = None


class Client(Struct, frozen=True, gc=False):
    """A client: how many requests it has made, which are unanswered, when it asks or retries next."""

    sequence: int = 0
    outstanding: tuple[Request, ...] = ()
    retry_due_us: int | None = None
    workload: Workload | None = None
    next_due_us: int | None = None
