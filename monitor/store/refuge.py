"""A state folder that cannot be written at the start: the daemon works on a copy elsewhere and moves in when it can."""

import logging
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from monitor.store.database import AlreadyClaimed, Store, StoreError

log = logging.getLogger(__name__)


def open_somewhere(path: Path) -> Store:
    """The claimed state at ``path``; where it cannot be written, a copy of it (``away`` says why).

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
        log.error("working on a copy in %s until the state folder can be written: %s", store.path.parent, refused)
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
    store = Store(Path(tempfile.mkdtemp(prefix="cctv-monitor-")) / path.name)
    store.home, store.home_was = path, stamp(path)
    try:
        if path.exists():
            with closing(Store.reader(path)) as old:
                store.fill(old)
    except StoreError:
        store.close()
        shutil.rmtree(store.path.parent)
        raise
    return store


def move_home(store: Store) -> None:
    """Bring everything to where it belongs. Raises StoreError while that cannot be done, and then nothing changed."""
    refuge, home = store.path.parent, store.home
    if home is None:
        return
    if stamp(home) != store.home_was:
        raise StoreError(f"{home}: it was changed while a copy was worked on; restart the daemon to go on with it")
    store.move(home)
    try:
        shutil.copytree(refuge / "pictures", home.parent / "pictures", dirs_exist_ok=True)
    except OSError as lost:
        log.warning("pictures of the meantime were not kept: %s", lost)
    shutil.rmtree(refuge, ignore_errors=True)
    log.warning("%s can be written again; everything is there", home)


def stamp(path: Path) -> tuple[int, int] | None:
    """Tells whether the file was changed; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
