"""Events in words: one plain English sentence for each, the same in every face.

`describe` says what happened; what a source couldn't tell is left out of the sentence, never guessed. Which rule it
follows and where the paper speaks of it is in `rule_words`; the projector's caption, which also says what it means for
the cluster, in `headline`. The words stand by meaning: one module for elections, one for logs, and so on.
"""

from __future__ import annotations

from raftlab.view.describe.phrases import capital, config_text, of_term
from raftlab.view.describe.sentences import describe
from raftlab.view.rule_words import section

__all__ = ["capital", "config_text", "describe", "of_term", "section"]
