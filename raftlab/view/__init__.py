"""What both faces share: words, colours, places. The terminal and the projector say and show the same.

Pure, and about any stream of events: `describe` makes sentences, `palette` colours and themes, `looks`
roles' words and glyphs, `layout` and `regions` places on a ring, `tape` the band of terms at the foot.
Nothing here draws, and nothing here knows where events come from; it imports core only.
"""
