"""Where lessons, scenarios and assets stand: in a checkout, or inside an installed wheel.

One function, so that nobody else needs to know which of the two it is. Nothing here opens a file.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_data"  # where a wheel puts them; a checkout has no such folder


def data_path(*parts: str) -> Path:
    """The path of something that ships with raftlab; it may not exist.

    `data_path("lessons", "scenarios", "leader-crash.yaml")`, `data_path("assets", "fonts")`.
    """
    root = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)
