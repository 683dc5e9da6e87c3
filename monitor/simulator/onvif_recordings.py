"""Profile G of a simulated device: what it recorded, found by recording and event searches.

Written from the Recording Search and Recording Control specifications: RecordingHistory/Recording/State and
…/Track/State events (RecordingSearch 5.22) say when recording began and ended, so the gaps can be found.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_answers import message, stamp

SERVICES = ("recording", "search", "replay")


@dataclass(frozen=True, slots=True)
class Recording:
    """One channel's recording; ``segments`` in UTC, oldest first; an end of None = it still records."""

    token: str
    name: str
    segments: tuple[tuple[datetime, datetime | None], ...]


@dataclass
class Shelf:
    """The recordings of one device, and the searches that are open on it."""

    recordings: Sequence[Recording]
    most: int = 100  # results in one answer, however many are asked for
    rtsp_port: int = 554  # where its recordings are played from
    searches: dict[str, Iterator[str]] = field(default_factory=dict)

    def now_or(self, end: datetime | None) -> datetime:
        return end or datetime.now(UTC)


def add_recordings(camera: OnvifCamera, recordings: Sequence[Recording], most: int = 100) -> Shelf:
    """Let the device offer recording, search and replay services; change ``Shelf.recordings`` while it runs."""
    shelf = Shelf(recordings, most)
    camera.services += tuple(name for name in SERVICES if name not in camera.services)
    camera.answers |= {
        "GetRecordingSummary": lambda _, __: _summary(shelf),
        "GetRecordingInformation": lambda _, asked: _information_of(shelf, asked),
        "FindRecordings": lambda _, asked: _begin(shelf, "FindRecordings", _found_recordings(shelf, asked)),
        "GetRecordingSearchResults": lambda _, asked: _results(shelf, "GetRecordingSearchResults", asked),
        "FindEvents": lambda _, asked: _begin(shelf, "FindEvents", _found_events(shelf, asked)),
        "GetEventSearchResults": lambda _, asked: _results(shelf, "GetEventSearchResults", asked),
        "EndSearch": lambda _, asked: _end(shelf, asked),
        "GetRecordings": lambda _, __: _recordings(shelf),
        "GetRecordingJobs": lambda _, __: _jobs(shelf),
        "GetReplayUri": lambda at, asked: _replay_uri(shelf, at.host, asked),
    }
    return shelf


def _summary(shelf: Shelf) -> str:
    """With no recordings both dates mean nothing (RecordingSearch 5.2): the epoch is told, as devices do."""
    starts = [segment[0] for recording in shelf.recordings for segment in recording.segments]
    ends = [shelf.now_or(segment[1]) for recording in shelf.recordings for segment in recording.segments]
    epoch = datetime.fromtimestamp(0, UTC)
    return (
        f"<tse:GetRecordingSummaryResponse><tse:Summary><tt:DataFrom>{stamp(min(starts, default=epoch))}</tt:DataFrom>"
        f"<tt:DataUntil>{stamp(max(ends, default=epoch))}</tt:DataUntil>"
        f"<tt:NumberRecordings>{len(shelf.recordings)}</tt:NumberRecordings></tse:Summary>"
        "</tse:GetRecordingSummaryResponse>"
    )


def _information(shelf: Shelf, recording: Recording, tag: str = "tt:RecordingInformation") -> str:
    dates = track = ""
    status = "Stopped"
    if recording.segments:
        first, last = stamp(recording.segments[0][0]), stamp(shelf.now_or(recording.segments[-1][1]))
        dates = f"<tt:EarliestRecording>{first}</tt:EarliestRecording><tt:LatestRecording>{last}</tt:LatestRecording>"
        track = (
            "<tt:Track><tt:TrackToken>video</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>"
            f"<tt:DataFrom>{first}</tt:DataFrom><tt:DataTo>{last}</tt:DataTo></tt:Track>"
        )
        status = "Recording" if recording.segments[-1][1] is None else "Stopped"
    return (
        f"<{tag}><tt:RecordingToken>{recording.token}</tt:RecordingToken>{_source(recording)}{dates}"
        f"<tt:Content/>{track}<tt:RecordingStatus>{status}</tt:RecordingStatus></{tag}>"
    )


def _source(recording: Recording) -> str:
    return (
        f"<tt:Source><tt:SourceId>http://www.onvif.org/{recording.token}</tt:SourceId><tt:Name>{escape(recording.name)}"
        "</tt:Name><tt:Location/><tt:Description/><tt:Address>http://www.onvif.org/</tt:Address></tt:Source>"
    )


def _information_of(shelf: Shelf, asked: str) -> str:
    token = _text(asked, "RecordingToken")
    found = [recording for recording in shelf.recordings if recording.token == token]
    content = "".join(_information(shelf, recording, "tse:RecordingInformation") for recording in found)
    return f"<tse:GetRecordingInformationResponse>{content}</tse:GetRecordingInformationResponse>"


def _chosen(shelf: Shelf, asked: str) -> list[Recording]:
    wanted = re.findall(r"<(?:\w+:)?IncludedRecordings(?:\s[^>]*)?>([^<]*)<", asked)
    return [recording for recording in shelf.recordings if not wanted or recording.token in wanted]


def _found_recordings(shelf: Shelf, asked: str) -> Iterator[str]:
    return iter([_information(shelf, recording) for recording in _chosen(shelf, asked)])


def _found_events(shelf: Shelf, asked: str) -> Iterator[str]:
    """State changes of the video track between the points, oldest first; the state at the start if it is wanted."""
    begin = datetime.fromisoformat(_text(asked, "StartPoint"))
    end = _text(asked, "EndPoint")
    until = datetime.fromisoformat(end) if end else datetime.now(UTC)
    first = _text(asked, "IncludeStartState") in ("true", "1")
    events = []
    for recording in _chosen(shelf, asked):
        if first:
            running = any(start <= begin < shelf.now_or(stop) for start, stop in recording.segments)
            events.append((begin, recording, running, True))
        changes = [(at, now) for start, stop in recording.segments for at, now in ((start, True), (stop, False)) if at]
        events += [(at, recording, now, False) for at, now in changes if begin < at <= until]
    events.sort(key=lambda event: event[0])
    return iter([_event(*event) for event in events])


def _event(at: datetime, recording: Recording, running: bool, start_state: bool) -> str:
    source = {"RecordingToken": recording.token, "Track": "video"}
    told = message("tns1:RecordingHistory/Track/State", source, {"IsDataPresent": str(running).lower()}, at, "tt:Event")
    return (
        f"<tt:Result><tt:RecordingToken>{recording.token}</tt:RecordingToken><tt:TrackToken>video</tt:TrackToken>"
        f"<tt:Time>{stamp(at)}</tt:Time>{told}<tt:StartStateEvent>{str(start_state).lower()}</tt:StartStateEvent>"
        "</tt:Result>"
    )


def _begin(shelf: Shelf, operation: str, results: Iterator[str]) -> str:
    token = f"search-{len(shelf.searches) + 1}"
    shelf.searches[token] = results
    return f"<tse:{operation}Response><tse:SearchToken>{token}</tse:SearchToken></tse:{operation}Response>"


def _results(shelf: Shelf, operation: str, asked: str) -> str:
    """At most so many as asked for and as the device gives at a time; Completed with the last of them."""
    most = min(shelf.most, int(_text(asked, "MaxResults") or shelf.most))
    left = list(shelf.searches.get(_text(asked, "SearchToken"), iter(())))
    shelf.searches[_text(asked, "SearchToken")] = iter(left[most:])
    state = "Searching" if left[most:] else "Completed"
    return (
        f"<tse:{operation}Response><tse:ResultList><tt:SearchState>{state}</tt:SearchState>{''.join(left[:most])}"
        f"</tse:ResultList></tse:{operation}Response>"
    )


def _end(shelf: Shelf, asked: str) -> str:
    shelf.searches.pop(_text(asked, "SearchToken"), None)
    return f"<tse:EndSearchResponse><tse:Endpoint>{stamp(datetime.now(UTC))}</tse:Endpoint></tse:EndSearchResponse>"


def _recordings(shelf: Shelf) -> str:
    items = "".join(
        f"<trc:RecordingItem><tt:RecordingToken>{recording.token}</tt:RecordingToken><tt:Configuration>"
        f"{_source(recording)}<tt:Content/><tt:MaximumRetentionTime>PT0S</tt:MaximumRetentionTime></tt:Configuration>"
        "<tt:Tracks><tt:Track><tt:TrackToken>video</tt:TrackToken><tt:Configuration><tt:TrackType>Video</tt:TrackType>"
        "<tt:Description/></tt:Configuration></tt:Track></tt:Tracks></trc:RecordingItem>"
        for recording in shelf.recordings
    )
    return f"<trc:GetRecordingsResponse>{items}</trc:GetRecordingsResponse>"


def _jobs(shelf: Shelf) -> str:
    items = "".join(
        f"<trc:JobItem><tt:JobToken>job-{recording.token}</tt:JobToken><tt:JobConfiguration>"
        f"<tt:RecordingToken>{recording.token}</tt:RecordingToken><tt:Mode>Active</tt:Mode><tt:Priority>1</tt:Priority>"
        "</tt:JobConfiguration></trc:JobItem>"
        for recording in shelf.recordings
    )
    return f"<trc:GetRecordingJobsResponse>{items}</trc:GetRecordingJobsResponse>"


def _replay_uri(shelf: Shelf, host: str, asked: str) -> str:
    uri = f"rtsp://{host}:{shelf.rtsp_port}/replay/{_text(asked, 'RecordingToken')}"
    return f"<trp:GetReplayUriResponse><trp:Uri>{uri}</trp:Uri></trp:GetReplayUriResponse>"


def _text(asked: str, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", asked)
    return found[1] if found else ""
