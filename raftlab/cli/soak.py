"""`raftlab soak`: many random faulted runs, every invariant on; what fails is shrunk to what it needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from raftlab.cli.output import format_option, print_json
from raftlab.core.times import format_us

if TYPE_CHECKING:
    from raftlab.sim.campaign import Campaign

_CHUNK = 20

_BUDGET = 400
"""The runs that shrinking one failure may take. Most take a hundred, and less than a second."""


class Task(Struct, frozen=True):
    """What a process is asked for: `count` runs from the seed `first` on, with these rules out."""

    first: int
    count: int
    off: tuple[str, ...] = ()
    shrink: bool = True


class Small(Struct, frozen=True):
    """A failure's shrunk scenario: its size, the runs that it took, what still breaks, and its YAML."""

    nodes: int
    commands: int
    simulated_us: int
    tried: int
    problem: str
    scenario: str


class Run(Struct, frozen=True):
    """One run. `scenario` is the YAML of one that failed, as it was; `shrunk` None if nobody asked for less."""

    seed: int
    events: int
    simulated_us: int
    problems: tuple[str, ...]
    scenario: str | None = None
    shrunk: Small | None = None


@click.command(epilog="Example: raftlab soak --runs 10000 --jobs 2 --save found")
@click.option("--runs", type=click.IntRange(1), default=1000, show_default=True, help="How many runs.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many processes.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The first run's seed.")
@click.option("--off", "off", multiple=True, metavar="VARIANT", help="Take a rule out (see raftlab rules).")
@click.option("--shrink/--no-shrink", default=True, show_default=True, help="Look for the shortest failing scenario.")
@click.option("--save", metavar="FOLDER", help="Write each failing scenario there, for raftlab run.")
@format_option
def command(runs: int, jobs: int, seed: int, off: tuple[str, ...], shrink: bool, save: str | None, form: str) -> None:
    """Run random clusters under random faults; report the seeds of those that break a rule, or die.

    Each failure is shrunk to the shortest scenario found that still fails in the same way.
    """
    from raftlab.cli.progress import progress_bar

    _check_variants(off)
    if save is not None:
        Path(save).mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    events = simulated_us = done = 0
    failed: list[Run] = []
    with progress_bar("soaking") as progress:
        for run in runs_of(seed, runs, jobs, off, shrink):
            done += 1
            events += run.events
            simulated_us += run.simulated_us
            if run.problems:
                failed.append(run)
                if save is not None:
                    # At once: an interrupted soak keeps what it has found.
                    _path(save, run).write_text(_commented(run), encoding="utf-8")
            progress(done / runs)
    seconds = time.perf_counter() - begin
    if form == "json":
        totals = {"runs": done, "events": events, "simulated_us": simulated_us, "seconds": round(seconds, 1)}
        print_json({**totals, "failed": [_document(run) for run in failed]})
    else:
        hours = simulated_us / 3.6e9
        click.echo(
            f"{done} runs, {events:,} events, {hours:.1f} simulated hours in {seconds:.0f} s: {len(failed)} failed"
        )
        for run in failed:
            _print(run, save, shrink)
    if failed:
        sys.exit(1)


def _check_variants(off: tuple[str, ...]) -> None:
    from raftlab.documents.settings import wrong_variant

    for variant in off:
        if wrong := wrong_variant(variant):
            raise click.UsageError(wrong)


# -- what was found ----------------------------------------------------------------------------------------------


def _document(run: Run) -> dict[str, Any]:
    return {"seed": run.seed, "problems": list(run.problems), "shrunk": run.shrunk}


def _print(run: Run, save: str | None, shrink: bool) -> None:
    more = f" (and {len(run.problems) - 1} more)" if len(run.problems) > 1 else ""
    click.echo(f"seed {run.seed}: {run.problems[0]}{more}")
    small = run.shrunk
    if small is not None:
        nodes = f"{small.nodes} node{'s' * (small.nodes != 1)}"
        commands = f"{small.commands} command{'s' * (small.commands != 1)}"
        click.echo(
            f"  shrunk to {nodes}, {commands}, {format_us(small.simulated_us)} (tried {small.tried}): {small.problem}"
        )
    elif shrink:
        click.echo("  not shrunk: the calm in which it is dead isn't one that a leader must be found in")
    if save is not None:
        click.echo(f"  raftlab run {_path(save, run)}")


def _path(folder: str, run: Run) -> Path:
    return Path(folder) / f"seed-{run.seed}.yaml"


def _commented(run: Run) -> str:
    """A scenario's file: what it shows, and its YAML."""
    problem = run.shrunk.problem if run.shrunk is not None else run.problems[0]
    text = run.shrunk.scenario if run.shrunk is not None else run.scenario
    return f"# Found by raftlab soak, seed {run.seed}: {problem}\n{text}"


# -- the runs ----------------------------------------------------------------------------------------------------


def runs_of(seed: int, runs: int, jobs: int, off: tuple[str, ...] = (), shrink: bool = False) -> Iterator[Run]:
    """The runs in the order of their seeds."""
    starts = range(seed, seed + runs, _CHUNK)
    tasks = [Task(start, min(_CHUNK, seed + runs - start), off, shrink) for start in starts]
    if jobs == 1:
        for task in tasks:
            yield from play_seeds(task)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs) as pool:
        try:
            for played in pool.map(play_seeds, tasks):
                yield from played
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def play_seeds(task: Task) -> list[Run]:
    """Play a task's runs; what fails is shrunk at once, by the process that found it."""
    import gc

    gc.set_threshold(100_000, 50, 1000)
    return [_play(seed, task) for seed in range(task.first, task.first + task.count)]


def _play(seed: int, task: Task) -> Run:
    from msgspec.structs import replace

    from raftlab.documents.writing import write_scenario
    from raftlab.sim.campaign import play
    from raftlab.sim.chaos import campaign
    from raftlab.sim.failing import ASSERTION
    from raftlab.sim.shrink import without_strangers

    what = campaign(seed)
    what = replace(what, scenario=replace(what.scenario, off=task.off))
    try:
        outcome = play(what)
    except AssertionError as error:
        # A rule that finds its own state impossible is what a soak looks for: it is reported as all failures are.
        run = Run(seed, 0, 0, (f"{ASSERTION}: {error}",))
    else:
        run = Run(seed, outcome.events, outcome.simulated_us, outcome.problems)
    if not run.problems:
        return run
    return replace(
        run, scenario=write_scenario(without_strangers(what.scenario)), shrunk=_small(what) if task.shrink else None
    )


def _small(what: Campaign) -> Small | None:
    """None where the shrinker sees no failure: it asks for more before it calls a cluster dead."""
    from raftlab.documents.writing import write_scenario
    from raftlab.sim.failing import shrink_campaign

    shrunk = shrink_campaign(what, budget=_BUDGET)
    if shrunk is None:
        return None
    it = shrunk.scenario
    return Small(len(it.nodes), len(it.script), it.end_us or 0, shrunk.tried, shrunk.text, write_scenario(it))
