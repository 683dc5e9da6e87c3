"""What outlives a restart: one SQLite file, one writing daemon, any number of readers.

``Store`` runs functions over a connection; each module here owns its tables and offers such functions:
``store.read(faults.standing)``, ``store.write(windows.start, window)``.
"""

from monitor.store.changes import Changes
from monitor.store.database import Connection, Store, StoreError
from monitor.store.refuge import move_home, notice_loss, open_somewhere

STATE_FILE = "cctv.sqlite"
"""Its name in the state folder."""

__all__ = ["STATE_FILE", "Changes", "Connection", "Store", "StoreError", "move_home", "notice_loss", "open_somewhere"]
