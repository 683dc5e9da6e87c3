"""The recordings of one track between two instants, past all that ISAPI searches do wrong."""

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError
from monitor.retention.hikvision.isapi import Isapi, Item, new_search
from monitor.retention.listing import DAY
from monitor.retention.walls import Dress

MOST = 4000
"""A search never tells more results, however many there are."""
PAGES = 300
"""Of one search; 4000 results have 100."""
WIDEST_DAYS = 31
"""Month windows are reliable, wider ones fail on some recorders with status 500."""


class Search:
    """Searches one recorder. ``widest``: days of one search; it shrinks when the recorder fails at that."""

    def __init__(self, isapi: Isapi, dress: Dress, widest: int = WIDEST_DAYS) -> None:
        self.isapi, self.dress, self.widest = isapi, dress, widest

    async def items(self, track: str, start: float, end: float) -> list[Item]:
        """All recordings that lie in [start, end), UTC epoch seconds; some neighbours may come along."""
        found: dict[Item, None] = {}
        at = start
        while at < end:
            until = min(end, at + self.widest * DAY)
            window = await self._window(track, at, until)
            if window is not None:
                found |= dict.fromkeys(window)
                at = until
        return list(found)

    async def _window(self, track: str, start: float, end: float) -> list[Item] | None:
        """None = the window was too wide for this recorder and is halved."""
        try:
            items = await self._pages(track, start, end)
        except DeviceError as failed:
            if failed.outcome is not Outcome.SERVER_ERROR or self.widest == 1:
                raise
        else:
            if len(items) < MOST:
                return items
            if self.widest == 1:
                raise DeviceError(Outcome.INCOMPLETE, f"a day has {MOST} recordings, more than the recorder tells")
        self.widest = max(1, min(self.widest, round((end - start) / DAY)) // 2)
        return None

    async def _pages(self, track: str, start: float, end: float) -> list[Item]:
        """Page after page: MORE is believed only as long as every page brings something new."""
        search, position = new_search(), 0
        seen: dict[Item, None] = {}
        begin, over = self.dress.write(start), self.dress.write(end - 1)
        for _ in range(PAGES):
            page = await self.isapi.page(search, track, begin, over, position)
            if any(item.track != track for item in page.items):
                raise DeviceError(Outcome.INCOMPLETE, f"asked for track {track}, the recorder answers with another one")
            known = len(seen)
            seen |= dict.fromkeys(page.items)
            ends = page.status != "MORE" and position + len(page.items) >= page.told  # some say OK on every page
            if ends or len(seen) >= MOST:
                return list(seen)
            if len(seen) == known:
                raise DeviceError(Outcome.INCOMPLETE, "the recorder says there is more and gives nothing new")
            position += len(page.items)  # not numOfMatches, which some recorders echo as the total
        raise DeviceError(Outcome.INCOMPLETE, f"the recorder's search does not end within {PAGES} pages")
