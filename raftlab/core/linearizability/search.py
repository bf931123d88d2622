"""The search for an order of operations that a sequential store could have followed.

Wing and Gong ("Testing and verifying concurrent objects", 1993) try orders by backtracking; Lowe ("Testing for
linearizability", 2017) remembers the configurations that failed, and places an operation just in time, when some
answer needs it. Here the history is walked in the order of its moments. A configuration is a place in it, the state,
and which of the operations in flight have taken effect. At an answer whose operation hasn't, some of those in flight
take effect, one after the other. Four observations keep the choices few, and lose none of the orders that matter:

1. What observes and changes nothing takes effect as soon as the state fits: it stands in nobody's way.
2. A write that nobody sees could have been overwritten by any write that took effect while it was in flight. So it
   owes nothing any more (it is `covered`), and may take effect visibly or be passed over at its answer.
3. Before another write, a write is worth placing only if one in flight looks at that key for that value.
4. Of two operations in flight that do and tell the same, the one that is answered first goes first.

What loses a value that is still looked for (see demand.py) is tried last.

An operation without an answer stays in flight to the end. Steps are counted, so that a search can be given up. There is
no recursion: a history may be as long as memory allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from raftlab.core.linearizability.demand import Demand, What
from raftlab.core.linearizability.rules import ANY, IMPOSSIBLE, Rule, State, value_in

_Configuration = tuple[int, State, int, int]
"""Place in the history, state, and two sets as bits: what took effect, and which writes are covered."""


class Found(Struct, frozen=True):
    """How far a search has come.

    `place` is the farthest place that it could not pass, None when it passed all; `states` are those that are possible
    there. `proved`: no order passes it; otherwise the search may go on. `steps`: how many it has taken so far.
    """

    place: int | None
    states: tuple[State, ...] = ()
    proved: bool = False
    steps: int = 0


class Search:
    """A search that can be interrupted.

    Its history is given as a moment of asking and one of answering (None: never) for each operation, and its rule;
    `places` are those of the keys in a state. It begins in any of some states. Operations that are `endless` may take
    effect again and again.
    """

    def __init__(
        self,
        asked: Sequence[int],
        answered: Sequence[int | None],
        rules: Sequence[Rule],
        places: Mapping[str, int],
        initial: Iterable[State],
        endless: Iterable[int] = (),
    ) -> None:
        self.rules = rules
        self.answers = answered
        self.moments = _moments(asked, answered)
        self.bits = _bits(self.moments, answered)
        for number in endless:
            self.bits[number] = 0  # Nothing is noted when it takes effect.
        self.demand = Demand(self.moments, rules)
        self.places = places
        self.lost = [moment >> 1 for moment in self.moments if not moment & 1 and answered[moment >> 1] is None]
        # What is in flight at a place doesn't depend on the path to it: those that will be answered, and how many of
        # `lost` have begun. It is noted where the search may come back to.
        self.flying: dict[int, None] = {}
        self.lost_count = 0
        self.noted: dict[int, tuple[list[int], int]] = {0: ([], 0)}
        self.stack: list[_Configuration] = [(0, state, 0, 0) for state in initial]
        self.hopeless: list[_Configuration] = []
        self.seen: set[_Configuration] = set()
        self.place = 0
        self.farthest = self.settled = -1
        self.tried: dict[tuple[State, int, int], None] = {}
        self.steps = 0

    def run(self, steps: int, patience: int) -> Found:
        """Go on until an order is found, none is left, `steps` were taken in all, or `patience` of them in a row led
        no farther. A step is a look at an answer that needs a choice."""
        waited = 0
        while self.stack or self.hopeless:
            if waited >= patience and self.take_hopeless():
                waited = 0
            if self.steps >= steps or waited >= patience:
                return self.found(proved=False)
            configuration = (self.stack or self.hopeless).pop()
            if configuration[0] != self.place:
                flying, self.lost_count = self.noted[configuration[0]]
                self.flying = dict.fromkeys(flying)
            configuration = self.walk(*configuration)
            self.place = configuration[0]
            if self.place == len(self.moments):
                return Found(None, steps=self.steps)
            self.steps += 1
            waited += 1
            if self.place > self.farthest:
                self.farthest = self.place
                self.tried.clear()
                waited = 0
            if self.place == self.farthest:
                self.tried[configuration[1:]] = None
            if not self.stack and not self.hopeless and self.place > self.settled:
                # Nothing is left to go back to, so nothing can come here again but from here.
                self.settled = self.place
                self.seen.clear()
                self.noted.clear()
            if configuration not in self.seen:
                self.seen.add(configuration)
                self.choose(*configuration)
        return self.found(proved=True)

    def take_hopeless(self) -> bool:
        """Try at once what seems hopeless at the farthest place: it may be that all is. Whether there was any."""
        urgent = [configuration for configuration in self.hopeless if configuration[0] == self.farthest]
        if urgent:
            self.hopeless = [configuration for configuration in self.hopeless if configuration[0] != self.farthest]
            self.stack += urgent
        return bool(urgent)

    def walk(self, place: int, state: State, done: int, covered: int) -> _Configuration:
        """Go on to the next answer whose operation has not taken effect, or to the end."""
        rules, bits, moments, answers, flying = self.rules, self.bits, self.moments, self.answers, self.flying
        end = len(moments)
        while place < end:
            moment = moments[place]
            number = moment >> 1
            if moment & 1:
                bit = bits[number]
                if not done & bit:
                    break
                done ^= bit
                del flying[number]
            elif answers[number] is None:
                self.lost_count += 1
            else:
                flying[number] = None
                rule = rules[number]
                if rule.observer and rule.apply(state) is not IMPOSSIBLE:
                    done |= bits[number]
            place += 1
        return place, state, done, covered

    def choose(self, place: int, state: State, done: int, covered: int) -> None:
        """Push what may take effect at this answer; what looks best comes last, so that it is tried first."""
        rules, bits, demand = self.rules, self.bits, self.demand
        asked = self.moments[place] >> 1
        bit = bits[asked]
        if place not in self.noted:
            self.noted[place] = (sorted(self.flying, key=self.answers.__getitem__), self.lost_count)  # type: ignore[arg-type]
        flying, lost_count = self.noted[place]
        waiting = [number for number in flying if not done & bits[number]]
        lost = [number for number in self.lost[:lost_count] if not done & bits[number]]
        due, supply = demand.of(waiting, lost)
        good: list[_Configuration] = []
        for number in self.candidates(asked, waiting, lost):
            after = rules[number].apply(state)
            if after is IMPOSSIBLE:
                continue
            configuration = self.after(number, waiting, (place, after, done, covered))
            if self.loses(number, state, after, place, supply):
                self.hopeless.append(configuration)
            elif configuration[2] & bit:
                good.append(configuration)
            else:
                self.stack.append(configuration)
        self.stack.extend(good)
        if covered & bit:
            what = rules[asked].leaves[0]
            supply[what] -= 1
            missed = demand.is_missed(what, place, due.get(what), supply)
            passed_over = (place, state, done | bit, covered & ~bit)
            (self.hopeless if missed else self.stack).append(passed_over)

    def after(self, number: int, waiting: list[int], configuration: _Configuration) -> _Configuration:
        """A configuration whose state has changed by an operation, with what else follows from that."""
        place, state, done, covered = configuration
        rules, bits = self.rules, self.bits
        done |= bits[number]
        blind = rules[number].blind
        for other in waiting:
            rule = rules[other]
            if rule.observer:
                if rule.apply(state) is not IMPOSSIBLE:
                    done |= bits[other]
            elif blind is not None and rule.blind is not None and rule.blind[0] == blind[0]:
                covered |= bits[other]
        return place, state, done, covered & ~done

    def loses(self, number: int, before: State, after: State, place: int, supply: Mapping[What, int]) -> bool:
        """Whether an operation takes a value away that somebody will look for, while nothing brings it again."""
        if before == after:
            return False
        for key, _ in self.rules[number].leaves:
            what = (key, value_in(before, self.places, key))
            if value_in(after, self.places, key) != what[1]:
                return self.demand.is_missed(what, place, None, supply)
        return False

    def candidates(self, asked: int, waiting: list[int], lost: list[int]) -> Iterator[int]:
        """Which operations are worth taking effect now: the asked one comes last, and each signature once."""
        rules = self.rules
        used: set[What] = set()
        for number in (*waiting, *lost):
            used.update(rules[number].uses)
        signatures = {rules[asked].signature}
        for number in (*waiting, *lost):
            rule = rules[number]
            if rule.observer or rule.signature in signatures:
                continue
            blind = rule.blind
            if blind is None or blind in used or (blind[0], ANY) in used:
                signatures.add(rule.signature)
                yield number
        if not rules[asked].observer:
            yield asked

    def found(self, *, proved: bool) -> Found:
        """What a search without success has found out."""
        states: dict[State, None] = {}
        blind = [number for number in self.begun(self.farthest) if self.rules[number].blind is not None]
        for state, done, _ in self.tried:
            states[state] = None
            for number in blind:
                if not done & self.bits[number]:
                    states[self.rules[number].apply(state)] = None
        return Found(self.farthest, tuple(states), proved, self.steps)

    def begun(self, place: int) -> list[int]:
        """What is in flight at a place, what will never be answered among it."""
        begun: dict[int, None] = {}
        for moment in self.moments[:place]:
            if moment & 1:
                del begun[moment >> 1]
            else:
                begun[moment >> 1] = None
        return list(begun)


def _moments(asked: Sequence[int], answered: Sequence[int | None]) -> list[int]:
    """The history in its order: twice an operation's number where it was asked, and one more where it was answered.

    At equal moments the questions come first, so that their operations are concurrent.
    """
    order = [(moment, 0, 2 * number) for number, moment in enumerate(asked)]
    order += [(moment, 1, 2 * number + 1) for number, moment in enumerate(answered) if moment is not None]
    order.sort()
    return [moment for _, _, moment in order]


def _bits(moments: Sequence[int], answers: Sequence[int | None]) -> list[int]:
    """A bit for each operation, so that no two in flight share one; bits of the answered ones are given again."""
    bits = [0] * len(answers)
    free: list[int] = []
    fresh = 1
    for moment in moments:
        number = moment >> 1
        if moment & 1:
            free.append(bits[number])
        elif free:
            bits[number] = free.pop()
        else:
            bits[number] = fresh
            fresh <<= 1
    return bits
