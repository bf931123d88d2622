"""YAML documents that people write: read with the place of every word, so that a mistake is shown where it stands."""

from raftlab.documents.located import Document, Reader
from raftlab.documents.scenario import read_scenario

__all__ = ["Document", "Reader", "read_scenario"]
