"""The projector: a cluster for two hundred people.

`scene` turns (timelines, time) into a Frame, a tuple of shapes: pure, tested without a display. `paint` draws a
Frame, `window` shows frames and listens to the clicker, `export` writes them to files. Only paint, window and
export know pygame.
"""
