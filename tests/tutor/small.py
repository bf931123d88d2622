"""A small lesson with one step of each kind, and ways to change it."""

from __future__ import annotations

from raftlab.session.lesson_play import LessonPlay
from raftlab.tutor import Lesson, Progress, Words
from raftlab.tutor.reading import read_lesson
from raftlab.tutor.words import read_words

STRUCTURE = """\
minutes: 5
clusters:
  three: {nodes: 3, seed: 4}
steps:
  - read: hello
  - watch: leader
    until: leader is not None
    within: 2s
  - ask: quorum
    answer: 2
    wrong: [1, 3]
    hints: 2
  - predict: crash-one
    options: [stops, goes-on]
    answer: goes-on
    then: [{crash: follower-1}, {propose: "x=1"}]
    shows: commit >= 1
    within: 2s
  - act: stop-it
    allow: [crash, propose]
    goal: max(n.last_index for n in up) > commit
    holds-for: 1s
    within: 20s
    fail: {no-leader: leader is None}
    hints: 1
    solution: [{crash: follower-1}, {propose: "x=2"}]
    wrong:
      - {path: [{propose: "x=2"}, {wait: 2s}], leads-to: not-yet}
      - {path: [{propose: "x=2"}], leads-to: late}
      - {path: [{crash: leader}], leads-to: no-leader}
"""

TEXT = """\
# A small lesson
For tests.

## clusters
### three
Three servers

## hello
Good morning.

```
# no heading, but code
```

## leader
Watch.
### goal
there is a leader

## quorum
Count.
### question
How many?
### hint
more than half
### hint
two
### right
Two it is.
### wrong
Count again.
### wrong 1
One is not more than half.
### wrong 3
Not all of them.

## crash-one
Guess.
### question
And now?
### option stops
It stops.
### option goes-on
It goes on.
### right
It goes on, you see.
### wrong stops
It doesn't stop.

## stop-it
Stop it.
### goal
an entry waits
### hint
crash one more
### right
Stopped.
### wrong
Too late.
### wrong no-leader
The leader is gone.
"""


def small(structure: str = STRUCTURE, text: str = TEXT) -> tuple[Lesson, Words]:
    """The lesson and its words, perhaps changed."""
    lesson = read_lesson(structure, "small", "lesson.yaml")
    return lesson, read_words(text, lesson, "text.en.md")


def play(progress: Progress | None = None, *, at: str = "hello") -> LessonPlay:
    """The small lesson, played by its own solutions up to a step."""
    lesson, words = small()
    progress = progress or Progress()
    if at != "hello":
        progress.lesson("small").at = at
    return LessonPlay(lesson, words, progress)


def run(it: LessonPlay, simulated_us: int) -> None:
    """Let the learner watch for so much simulated time, in frames of 33 ms."""
    it.session.speed = 1.0
    it.session.playing = True
    end_us = it.session.now_us + simulated_us
    while it.session.playing and it.session.now_us < end_us:
        it.tick(min(33_000, end_us - it.session.now_us))
    it.session.playing = False
