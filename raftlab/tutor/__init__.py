"""Lessons: what they say, what they ask, what the learner has done. PASSIVE: nothing here acts on a cluster.

A lesson is data (lesson.yaml and text.en.md, no code in them). The tutor sees a cluster's events and states,
and gives back verdicts, hints and actions; session.lesson_play carries them out.
"""

from raftlab.tutor.lesson import Lesson
from raftlab.tutor.library import lesson_names, open_lesson
from raftlab.tutor.progress import Progress
from raftlab.tutor.tutor import FULL_CREDIT, Tutor, Verdict
from raftlab.tutor.words import Words

__all__ = ["FULL_CREDIT", "Lesson", "Progress", "Tutor", "Verdict", "Words", "lesson_names", "open_lesson"]
