"""Mutated inputs through every importer: each becomes a trace that holds together, or is refused with one message.

    python -m tests.importers.mutating --inputs 10000 --seed 1     (make soak runs it)

An input is made from a seed and its number alone, so that one that fails can be made again: `--only NUMBER`. It may
neither crash nor hang an importer, and no line may get lost: all are counted as told or as skipped.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from raftlab.cli.output import shown_time
from raftlab.core.errors import TraceError
from raftlab.core.events import MessageReceived, MessageSent
from raftlab.core.invariants import Checker
from raftlab.importers import KINDS, Imported, read
from raftlab.trace import Timeline, TraceHeader
from raftlab.trace.codec import decode_block, encode_block
from raftlab.view.describe import describe
from tests.importers.corpus import FAMILIES, OFTEN, PATTERNS, sample
from tests.importers.mutations import mutate

LIMIT_S = 5.0
"""CPU time that one input of a few kilobytes (at the most, megabytes) may take."""


class Input(NamedTuple):
    """Files with their bytes, the kind that they are taken for (None: it is detected), and how they were made."""

    files: dict[str, bytes]
    kind: str | None
    made: str


def make(seed: int, number: int) -> Input:
    """The number-th input of a seed."""
    chance = Random(f"{seed} {number}")
    families = list(FAMILIES)
    family = chance.choices(families, [OFTEN.get(each, 1) for each in families])[0]
    chosen = chance.sample(FAMILIES[family], min(len(FAMILIES[family]), chance.choice((1, 1, 1, 2, 3))))
    files: dict[str, bytes] = {}
    made = []
    for name in chosen:
        data = sample(name)
        other = sample(chance.choice(FAMILIES[chance.choice([family, *families])]))
        names: list[str] = []
        if chance.random() < 0.85 or len(chosen) == 1:
            data, names = mutate(data, other, chance)
        files["0000000000000000-0000000000000000.wal" if name == "wal" else name] = data
        made.append(f"{name}: {', '.join(names) or 'as it is'}")
    kind = str(PATTERNS) if family == "patterns" else None
    if chance.random() < 0.25:
        kind = chance.choice([*KINDS, str(PATTERNS)])
    return Input(files, kind, f"{'; '.join(made)} (kind {kind})")


def write(made: Input, folder: Path) -> list[Path]:
    """The input as files."""
    paths = []
    for name, data in made.files.items():
        path = folder / name
        path.write_bytes(data)
        paths.append(path)
    return paths


def try_out(paths: list[Path], kind: str | None) -> str:
    """What becomes of files: "read", or "refused" with a message.

    Raises:
        AssertionError: the trace doesn't hold together, a line is lost, or a message names no file.
    """
    try:
        imported = read(paths, kind)
    except TraceError as error:
        refusal = error
    else:
        check_account(imported)
        check_events(imported)
        return "read"
    assert refusal.file, f"no file is named: {refusal}"
    assert str(refusal).isprintable() or "\n" in str(refusal), f"a message that a terminal would obey: {refusal!r}"
    return "refused"


def check_account(imported: Imported) -> None:
    """Every line is told or skipped, and there are as many as the file has."""
    for report in imported.files:
        skipped = sum(report.skipped.values())
        assert report.lines == report.told + skipped, f"{report.lines} lines, {report.told} told, {skipped} skipped"
        assert report.told >= 0
        assert all(count > 0 for count in report.skipped.values()), report.skipped
        head = Path(report.file).read_bytes()[:4]
        packed = head.startswith(b"\x1f\x8b") or head == b"\x28\xb5\x2f\xfd"
        if report.kind != "etcd-wal" and not packed:
            there = lines_in(Path(report.file).read_bytes())
            assert report.lines in there, f"{report.lines} lines are accounted for, {there} are there"


def lines_in(data: bytes) -> set[int]:
    """How many lines bytes have; two answers where each character may be two bytes."""
    return {each.count(b"\n") + (not each.endswith(b"\n")) for each in (data, data.replace(b"\0", b""))}


def check_events(imported: Imported) -> None:
    """The trace can be kept, folded, checked and told in words; causes stand before what they caused."""
    events = imported.events
    assert len(events) == len(imported.origins)
    timeline = Timeline(TraceHeader(1, nodes=imported.nodes, unit=imported.unit, clocks=imported.clocks))
    checker = Checker()
    latest_us = events[0].at_us if events else 0
    lines = {report.file: report.lines for report in imported.files}
    for position, (event, origin) in enumerate(zip(events, imported.origins, strict=True)):
        assert event.at_us >= latest_us, f"event {position}: time falls"
        latest_us = event.at_us
        assert event.cause is None or 0 <= event.cause < position, f"event {position}: caused by {event.cause}"
        if isinstance(event, MessageReceived) and event.cause is not None:
            assert isinstance(events[event.cause], MessageSent)
        assert origin is None or 1 <= origin.line <= lines[origin.file], f"event {position} comes from {origin}"
        timeline.append(event, origin)
        checker.observe(position, event)
        words = describe(event)
        assert words.isprintable(), f"event {position}: words that a terminal would obey: {words!r}"
        shown_time(event.at_us, imported.unit)
    timeline.state(len(events) - 1)
    assert decode_block(encode_block(events, imported.origins)) == events


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """A limit of CPU time, and of four times as much by the clock.

    Raises:
        TimeoutError: it is used up.
    """

    def stop(*_: object) -> None:
        raise TimeoutError(f"it takes more than {seconds:g} s")

    before = [(which, signal.signal(which, stop)) for which in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 4 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for which, handler in before:
            signal.signal(which, handler)


def try_one(seed: int, number: int, folder: Path) -> tuple[str, str]:
    """What becomes of an input, and what is wrong with that ("" if nothing is)."""
    made = make(seed, number)
    paths = write(made, folder)
    try:
        with limited(LIMIT_S):
            return try_out(paths, made.kind), ""
    except Exception as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return (
            "failed",
            f"input {number} of seed {seed}: {made.made}\n{''.join(traceback.format_exception(error)[-6:])}",
        )
    finally:
        for path in paths:
            path.unlink()


def run(seed: int, numbers: range, *, most_failures: int = 20) -> tuple[Counter[str], list[str]]:
    """What became of inputs, and those that failed in words."""
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mutating-") as folder:
        for number in numbers:
            outcome, wrong = try_one(seed, number, Path(folder))
            outcomes[outcome] += 1
            if wrong:
                failures.append(wrong)
                if len(failures) >= most_failures:
                    break
    return outcomes, failures


def main() -> int:
    """The command; 1 if an input failed."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this input alone")
    parser.add_argument("--failures", type=int, default=20, help="stop after so many")
    parser.add_argument("--keep", type=Path, help="write the files of --only into this folder, and try nothing")
    chosen = parser.parse_args()
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        made = make(chosen.seed, chosen.only or 0)
        print(made.made, *write(made, chosen.keep), sep="\n")
        return 0
    numbers = range(chosen.inputs) if chosen.only is None else range(chosen.only, chosen.only + 1)
    started = time.process_time()
    outcomes, failures = run(chosen.seed, numbers, most_failures=chosen.failures)
    print(*failures, sep="\n")
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(
        f"{sum(outcomes.values())} mutated inputs of seed {chosen.seed}: {told}; {time.process_time() - started:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
