"""Search and day index of the simulated Hikvision-like recorder, with the traps of real ones."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.simulator.web import Reply, Request

if TYPE_CHECKING:
    from monitor.simulator.isapi import IsapiChannel, IsapiRecorder

ORDER = ("searchID", "trackIDList", "timeSpanList", "maxResults", "searchResultPostion", "metadataList")
LARGEST_PAGE = 50
DAY = timedelta(days=1)
MOST_APART = 15 * 3600.0
"""No zone is farther from UTC, seconds."""


def search(recorder: "IsapiRecorder", request: Request) -> Reply:
    """One page. Elements out of order are refused; a rightly spelt position is ignored, as real recorders do."""
    asked = request.body.decode()
    found = [asked.find(f"<{name}>") for name in ORDER]
    present = [at for at in found if at >= 0]
    most = int(_text(asked, "maxResults") or "0")
    if present != sorted(present) or not 0 < most <= LARGEST_PAGE or "xmlns" in asked:
        return recorder.error(400, 6, "Invalid XML Content", "badParameters")
    start, end = (datetime.fromisoformat(_text(asked, name)[:19]) for name in ("startTime", "endTime"))
    if recorder.fault == "search_500" or (recorder.fault == "wide_500" and end - start > DAY):
        return Reply("Tag 13 is invalid (two root tags)", 500, "text/plain")
    channel = next((one for one in recorder.channels if one.track == _text(asked, "trackID")), None)
    return _page(recorder, asked, channel, _matches(recorder, channel, start, end) if channel else [], most)


def _page(
    recorder: "IsapiRecorder", asked: str, channel: "IsapiChannel | None", rows: list[tuple[float, float]], most: int
) -> Reply:
    position = int(_text(asked, "searchResultPostion") or "0")
    if recorder.fault == "repeated_page":
        position = 0
    if recorder.fault == "more_for_ever" and rows:
        position %= len(rows)
    page = [] if position and recorder.fault == "first_page_only" else rows[position : position + most]
    status = "MORE" if position + most < len(rows) else "OK"
    if recorder.fault in ("more_for_ever", "more_and_empty", "repeated_page"):
        status = "MORE"
    if recorder.fault in ("ok_for_ever", "first_page_only"):
        status = "OK"
    if not rows:
        status = "NO MATCHES"
    count = len(rows) if recorder.fault in ("total", "ok_for_ever", "first_page_only") else len(page)
    items = "".join(_row(recorder, channel, *row) for row in page) if channel else ""
    return recorder.wrapped(
        "CMSearchResult",
        f"<searchID>{_text(asked, 'searchID')}</searchID><responseStatus>true</responseStatus><responseStatusStrg>"
        f"{status}</responseStatusStrg><numOfMatches>{count}</numOfMatches><matchList>{items}</matchList>",
    )


def _matches(
    recorder: "IsapiRecorder", channel: "IsapiChannel", start: datetime, end: datetime
) -> list[tuple[float, float]]:
    """Files that lie, as written, at least partly between two written times."""
    begin, over = (at.replace(tzinfo=UTC).timestamp() - recorder.clock_offset for at in (start, end))
    near = [(a, b) for a, b in channel.segments if a <= over + MOST_APART and b >= begin - MOST_APART]
    rows = [(a, b) for a, b in near if recorder.written(a) <= end and recorder.written(b) >= start]
    return rows[: recorder.most] if recorder.fault == "cap_4000" else rows


def _row(recorder: "IsapiRecorder", channel: "IsapiChannel", begin: float, over: float) -> str:
    start, end, length = recorder.written(begin), recorder.written(over), over - begin
    track = "9901" if recorder.fault == "foreign_track" else channel.track
    ends = "2026-11-31T00:00:00Z" if recorder.fault == "impossible_times" else f"{end:%Y-%m-%dT%H:%M:%SZ}"
    size = round(channel.size * min(1.0, length / channel.file_seconds))
    uri = (
        f"rtsp://192.0.2.250/Streaming/tracks/{track}/?starttime={start:%Y%m%dT%H%M%SZ}&amp;endtime="
        f"{end:%Y%m%dT%H%M%SZ}&amp;name=ch{channel.number:02}_00&amp;size={size}"
    )
    return (
        f"<searchMatchItem><sourceID>{{0000}}</sourceID><trackID>{track}</trackID><timeSpan><startTime>"
        f"{start:%Y-%m-%dT%H:%M:%SZ}</startTime><endTime>{ends}</endTime></timeSpan><mediaSegmentDescriptor>"
        f"<contentType>video</contentType><codecType>H.264</codecType><playbackURI>{uri}</playbackURI>"
        "</mediaSegmentDescriptor><metadataMatches><metadataDescriptor>recordType.meta.isapi.com/"
        f"{channel.kind}</metadataDescriptor></metadataMatches></searchMatchItem>"
    )


def distribution(recorder: "IsapiRecorder", request: Request) -> Reply:
    """The day index of a month, by the recorder's local calendar: true for a day with any second of recording."""
    if recorder.fault == "no_index":
        return recorder.error(404, 4, "Invalid Operation", "notSupport")
    asked = request.body.decode()
    track = request.path.split("/")[-2]
    month = date(int(_text(asked, "year")), int(_text(asked, "monthOfYear")), 1)
    segments = next((channel.segments for channel in recorder.channels if channel.track == track), ())
    times = [datetime.fromtimestamp(at + recorder.clock_offset, recorder.zone) for pair in segments for at in pair]
    recorded = {at.date() for at in times}
    days = []
    for number in range(31):
        day = month + timedelta(days=number)
        if day.month == month.month:
            has = recorder.fault == "index_lies" or day in recorded
            days.append(
                f"<day><id>{number + 1}</id><dayOfMonth>{number + 1}</dayOfMonth><record>{str(has).lower()}</record>"
                "<recordType>time</recordType></day>"
            )
    return recorder.wrapped("trackDailyDistribution", f"<dayList>{''.join(days)}</dayList>")


def _text(xml: str, name: str) -> str:
    match = re.search(rf"<{name}>([^<]*)</{name}>", xml)
    return match[1] if match else ""
