"""The pictures kept on disk: the newest of each device, the explained one of its last close look, and of each fault."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

from monitor.model import Evidence, Key
from monitor.showing import newest_picture
from monitor.store import pictures

log = logging.getLogger(__name__)

PICTURE_EVERY = timedelta(minutes=10)
"""How often a device's newest picture is written to disk; the board has every one."""


class Album:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[Key, datetime] = {}

    async def keep(self, key: Key, evidence: Evidence, opening: list[str]) -> None:
        """``opening``: names for the picture of the faults it opened. A full disk costs the picture, not the look."""
        jpeg = newest_picture(evidence)
        if jpeg is None:
            return
        try:
            await self._save(key, evidence, opening, jpeg)
        except OSError as refused:
            log.warning("a picture of %s was not kept: %s", key, refused)

    def forget(self, key: Key) -> None:
        self._kept.pop(key, None)

    async def _save(self, key: Key, evidence: Evidence, opening: list[str], jpeg: bytes) -> None:
        kept = self._kept.get(key)
        for name in opening:
            await asyncio.to_thread(pictures.save_opening, self._folder, name, jpeg)
        if "annotated" in evidence.pictures:
            await asyncio.to_thread(pictures.save_close, self._folder, key, evidence.pictures["annotated"])
        if opening or kept is None or abs(evidence.at - kept) >= PICTURE_EVERY:
            self._kept[key] = evidence.at
            await asyncio.to_thread(pictures.save_newest, self._folder, key, jpeg)
