"""The log of an etcd server: zap's JSON and capnslog's text, 3.2 to main, in whatever it was wrapped on its way."""

from raftlab.importers.etcd_log.importer import KIND, TITLE, gather, recognises

__all__ = ["KIND", "TITLE", "gather", "recognises"]
