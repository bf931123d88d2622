"""`raftlab soak`: many random faulted runs, every invariant on."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from raftlab.cli.output import format_option, print_json

if TYPE_CHECKING:
    from raftlab.sim.campaign import Outcome

_CHUNK = 20


@click.command(epilog="Example: raftlab soak --runs 10000 --jobs 2")
@click.option("--runs", type=click.IntRange(1), default=1000, show_default=True, help="How many runs.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many processes.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The first run's seed.")
@format_option
def command(runs: int, jobs: int, seed: int, form: str) -> None:
    """Run random clusters under random faults; report the seeds of those that break a rule, or die."""
    from raftlab.cli.progress import progress_bar

    begin = time.perf_counter()
    events = simulated_us = done = 0
    failed: list[Outcome] = []
    with progress_bar("soaking") as progress:
        for outcome in _outcomes(seed, runs, jobs):
            done += 1
            events += outcome.events
            simulated_us += outcome.simulated_us
            if outcome.problems:
                failed.append(outcome)
            progress(done / runs)
    seconds = time.perf_counter() - begin
    if form == "json":
        print_json(
            {
                "runs": done,
                "events": events,
                "simulated_us": simulated_us,
                "seconds": round(seconds, 1),
                "failed": [{"seed": it.seed, "problems": list(it.problems)} for it in failed],
            }
        )
    else:
        hours = simulated_us / 3.6e9
        click.echo(
            f"{done} runs, {events:,} events, {hours:.1f} simulated hours in {seconds:.0f} s: {len(failed)} failed"
        )
        for it in failed:
            click.echo(f"seed {it.seed}: {'; '.join(it.problems)}")
    if failed:
        sys.exit(1)


def _outcomes(seed: int, runs: int, jobs: int) -> Iterator[Outcome]:
    """The outcomes in the order of their seeds."""
    starts = range(seed, seed + runs, _CHUNK)
    pieces = [(start, min(_CHUNK, seed + runs - start)) for start in starts]
    if jobs == 1:
        for piece in pieces:
            yield from play_seeds(piece)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs) as pool:
        try:
            for outcomes in pool.map(play_seeds, pieces):
                yield from outcomes
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def play_seeds(piece: tuple[int, int]) -> list[Outcome]:
    """Play `count` runs from a seed on."""
    import gc

    from raftlab.sim.campaign import campaign, play

    gc.set_threshold(100_000, 50, 1000)
    first, count = piece
    return [play(campaign(seed)) for seed in range(first, first + count)]
