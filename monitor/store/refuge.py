"""A state that is not where it belongs: a folder that cannot be written at the start, a file removed under the daemon.

The daemon works on a copy in memory, or on the file without a name, and moves in when it can.
"""

import logging
from contextlib import closing
from pathlib import Path

from monitor.store.database import AlreadyClaimed, Store, StoreError

log = logging.getLogger(__name__)


def open_somewhere(path: Path) -> Store:
    """The claimed state at ``path``; where it cannot be written, a copy of it in memory (``away`` says why).

    Raises StoreError where another daemon works on it, and where it cannot even be read: nobody may begin anew beside
    a history that exists.
    """
    try:
        return _claimed(path)
    except AlreadyClaimed:
        raise
    except StoreError as refused:
        store = _copied(path)
        store.away = str(refused)
        log.error("working on a copy in memory until the state folder can be written: %s", refused)
        return store


def _claimed(path: Path) -> Store:
    store = Store(path)
    try:
        store.claim()
        store.touch()
    except StoreError:
        store.close()
        raise
    return store


def _copied(path: Path) -> Store:
    """No other folder is asked for: it is mostly the same disk that is full."""
    store = Store(path, in_memory=True)
    store.home_was = stamp(path)
    try:
        if store.home_was is not None:
            with closing(Store.reader(path)) as old:
                store.fill(old)
    except StoreError:
        store.close()
        raise
    return store


def notice_loss(store: Store) -> None:
    """Say so when the file was removed or replaced; a removed one can be moved into anew. Raises StoreError."""
    if not store.away and store.lost():
        store.away, store.home_was = f"{store.path}: it was removed or replaced while the daemon worked", None
        log.error("%s", store.away)
        store.disown_log()


def move_home(store: Store) -> None:
    """Bring everything to where it belongs. Raises StoreError while that cannot be done, and then nothing changed."""
    if stamp(store.path) != store.home_was:
        store.away = f"{store.path}: it was changed while a copy was worked on; restart the daemon to go on with it"
        raise StoreError(store.away)
    try:
        store.move_home()
    except StoreError as refused:
        store.home_was = stamp(store.path)  # the attempt itself may have touched the file
        store.away = str(refused)
        raise
    log.warning("%s can be written again; everything is there", store.path)


def stamp(path: Path) -> tuple[int, int] | None:
    """Tells whether the file was changed; None where there is none. Raises StoreError."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as refused:
        raise StoreError(f"{path}: {refused.strerror}") from refused
    return status.st_mtime_ns, status.st_size
