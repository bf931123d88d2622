"""The interaction scripts of etcd's raft library: commands to a few nodes in one process, and what was printed.

script.py knows the form of such a file, printed.py, message.py and reading.py what etcd prints. Both are for whoever
runs the commands too; the importer, on top of them, replays a transcript as a trace.
"""

from raftlab.importers.etcd_script.printed import PrintedMessage
from raftlab.importers.etcd_script.reading import Item, Ready, read_output
from raftlab.importers.etcd_script.script import Argument, Block, parse_command, parse_script

__all__ = ["Argument", "Block", "Item", "PrintedMessage", "Ready", "parse_command", "parse_script", "read_output"]
