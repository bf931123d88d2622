"""The projector's caption: what happened and what it means for the cluster, above the rule that it follows.

    n1 has entry 7 on 2 of 5 nodes. It may not commit it yet.
    A leader commits an entry of its own term once a majority holds it (§5.3, §5.4.2) · majority of 5 = 3

The sentence is `describe`'s, unless the state says more. The rule is the rulebook's, in our own words.
"""

from __future__ import annotations

from raftlab.view.headline.captions import headline

__all__ = ["headline"]
