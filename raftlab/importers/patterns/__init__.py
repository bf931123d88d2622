"""Any log, read by regular expressions that its owner gives: a YAML file that maps lines to events."""

from raftlab.importers.patterns.importer import read_with
from raftlab.importers.patterns.reading import read_patterns

__all__ = ["read_patterns", "read_with"]
