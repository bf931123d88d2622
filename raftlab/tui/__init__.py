"""The terminal's face: home, learn, watch, debug. The only place that imports textual.

Widgets hold no Raft facts: they read a session's states, and take words and colours from `view`. A key becomes a
command to the session or a move of its cursor, nothing else. What moves is drawn line by line (`lines`), so that only
rows that changed are sent to the terminal.
"""
