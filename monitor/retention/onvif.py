"""Kind ``onvif``: recorders with Profile G, asked by recording and event searches (ONVIF Recording Search service)."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from monitor import workers
from monitor.model import Channel, ChannelRecordings, Deadline, Evidence, Memory, Outcome, Sample, Segment, Target
from monitor.protocols import onvif
from monitor.protocols.logins import may_try
from monitor.protocols.loose import mapping, sequence
from monitor.protocols.markup import canonical
from monitor.protocols.onvif import Device, Trouble
from monitor.protocols.onvif.events import notification
from monitor.retention.clock import NETWORK
from monitor.retention.inquiry import Seen, evidence_of
from monitor.retention.listing import BEYOND_DAYS, DAY, ENDING, GOES_ON
from monitor.retention.onvif_history import Change, Recording, stretches
from monitor.retention.onvif_replay import Replayer
from monitor.retention.options import Options, options_of
from monitor.retention.sampling import Proving, prove

PAGE = 100
PAGES = 500
EMPTY_PAGES = 5
"""So many pages in a row may bring nothing while the device goes on searching."""
ALIVE, WAIT = "PT60S", "PT5S"
TRACK_STATE, RECORDING_STATE = "RecordingHistory/Track/State", "RecordingHistory/Recording/State"
STATES = {TRACK_STATE: "IsDataPresent", RECORDING_STATE: "IsRecording"}
"""Topics that say when recording began and ended, and the data item that does (RecordingSearch 5.22)."""


class OnvifOptions(Options):
    """A recorder with ONVIF Profile G."""

    port: Annotated[int, Field(ge=1, le=65535)] = 80
    """Port of the device service."""
    trust: str = ""
    """With HTTPS, how a certificate is checked: "" = authorities, a CA file, "sha256:…", or "any"."""
    tls: bool = False
    """Ask over HTTPS."""


async def read_onvif(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask for clock, recordings and their history, in a thread."""
    at, began = datetime.now(UTC), time.monotonic()
    look = _prepare(target, memory, at, deadline)
    failed: Trouble | None = None
    try:
        seen = await workers.in_thread(look.see, deadline=deadline)
        seen = replace(seen, samples=await look.prove(seen.channels))
    except TimeoutError:
        failed = Trouble(Outcome.TIMEOUT, "no complete answer in time", look.device.phase)
    except Trouble as trouble:
        failed = trouble
    finally:
        look.device.abort()  # whatever ended the look: no thread of it stays behind
    if failed is None:
        look.device.close()
    seconds, kept, worked = time.monotonic() - began, look.memory(), look.device.login_worked
    facts = {"auth": look.device.way, "phase": "asking" if look.answered else "connect"}
    if failed is not None:
        return Evidence("recorder", at, seconds, failed.outcome, failed.reason, facts, memory=kept, login_worked=worked)
    return evidence_of(at, seconds, seen, facts, kept, worked)


def _prepare(target: Target, memory: Memory, at: datetime, deadline: Deadline) -> "_Look":
    options = options_of(OnvifOptions, target)
    try:
        known = mapping(json.loads(memory or b"{}"))
    except ValueError:  # damaged: learn anew
        known = {}
    own = dict(mapping(known.get("proof")))
    host = f"[{target.host}]" if ":" in target.host else target.host
    device = Device(
        f"{'https' if options.tls else 'http'}://{host}:{options.port}",
        target.credentials,
        trust=options.trust,
        way=str(known.get("way", "")),
        refused_ways=tuple(known.get("refused_ways", ())) if target.login.refused_at else (),
        may_login=may_try(target.login, at),
    )
    return _Look(device, target, known, deadline.within(max(deadline.left() - ENDING, deadline.left() / 2)), own)


@dataclass
class _Look:
    """One look, in a thread."""

    device: Device
    target: Target
    known: Mapping[str, Any]
    deadline: Deadline
    own: dict[str, Any]  # of the proof, kept between looks
    shift: float = 0.0
    answered: bool = False
    tokens: dict[str, str] = field(default_factory=dict)

    def see(self) -> Seen:
        onvif.warm_up()
        try:
            return self._see()
        except BaseException:
            self.device.close()  # else the connection is still wanted for the proof
            raise

    def _see(self) -> Seen:
        clock = onvif.read_clock(self.device, self.deadline)
        self.answered = True
        now = time.time()
        self.shift = clock.offset if clock.offset is not None and abs(clock.offset) > NETWORK else 0.0
        onvif.read_services(self.device, self.deadline)
        recordings = list(self._recordings())
        caps = self._caps()
        channels = tuple(self._channel(one, recordings, caps, now) for one in self.target.channels)
        offset = None if clock.offset is None else round(clock.offset, 1)
        return Seen(channels, clock_offset=offset, facts={"recordings": len(recordings)})

    async def prove(self, channels: Sequence[ChannelRecordings]) -> tuple[Sample, ...]:
        replayer = Replayer(self.device, self.target, self.tokens, self.shift)
        first = not self.known.get("proof")
        return await prove(Proving(self.target, self.own, self.deadline), replayer.play, channels, first)

    def memory(self) -> Memory:
        """Which way to log in, as the ONVIF probe keeps it; and what was played."""
        device, known = self.device, dict(self.known)
        if device.login_worked or device.way == "open":
            known = {"way": device.way}
        elif device.login_worked is False and device.way != known.get("way"):
            known["refused_ways"] = sorted({*known.get("refused_ways", ()), device.way})
        return json.dumps({**known, "proof": self.own}).encode()

    def _recordings(self) -> Iterator[Recording]:
        with self._search("FindRecordings", Scope={}, KeepAliveTime=ALIVE) as token:
            for element in self._pages("GetRecordingSearchResults", token, "RecordingInformation"):
                yield self._recording(element)

    def _recording(self, element: Any) -> Recording:
        tracks = element.findall("{*}Track")
        video = [track for track in tracks if (track.findtext("{*}TrackType") or "").strip() in ("Video", "Extended")]
        firsts = [self._instant(track.findtext("{*}DataFrom")) for track in video]
        lasts = [self._instant(track.findtext("{*}DataTo")) for track in video]
        earliest, latest = element.findtext("{*}EarliestRecording"), element.findtext("{*}LatestRecording")
        return Recording(
            (element.findtext("{*}RecordingToken") or "").strip(),
            (element.findtext("{*}Source/{*}Name") or "").strip(),
            frozenset((track.findtext("{*}TrackToken") or "").strip() for track in video),
            min((one for one in firsts if one is not None), default=self._instant(earliest)),
            max((one for one in lasts if one is not None), default=self._instant(latest)),
        )

    def _channel(
        self, channel: Channel, recordings: Sequence[Recording], caps: Mapping[str, float], now: float
    ) -> ChannelRecordings:
        name = channel.channel
        mine = [one for one in recordings if name == one.token] or [one for one in recordings if name == one.name]
        if not mine:
            return ChannelRecordings(name, None, f"the device has no recording with the token or name {name!r}")
        cap = caps.get(mine[0].token)
        self.tokens[name] = mine[0].token
        try:
            segments = [each for one in mine for each in self._segments(one, channel, now)]
        except Trouble as failed:
            if failed.outcome not in GOES_ON:
                raise
            return ChannelRecordings(name, None, failed.reason, cap)
        return ChannelRecordings(name, tuple(sorted(segments, key=lambda one: one.start)), cap_days=cap)

    def _segments(self, recording: Recording, channel: Channel, now: float) -> list[Segment]:
        """Stretches between the changes of state. First and last date alone can hide any gap: then it is unknown."""
        start = now - (channel.limits.recording.retention_days + BEYOND_DAYS) * DAY
        changes = list(self._changes(recording, start, now))
        if not changes and recording.last is not None and recording.last > start:
            words = "the device tells the first and the last recording only: gaps between them cannot be seen"
            raise Trouble(Outcome.INCOMPLETE, words)
        first = start if recording.first is None else max(start, recording.first)
        return stretches(changes, first, now if recording.last is None else min(recording.last, now + DAY))

    def _changes(self, recording: Recording, start: float, end: float) -> Iterator[Change]:
        scope = {"IncludedRecordings": [recording.token]}
        points = {"StartPoint": self._date(start), "EndPoint": self._date(end)}
        wanted = {**points, "Scope": scope, "SearchFilter": {}, "IncludeStartState": True, "KeepAliveTime": ALIVE}
        found: dict[str, list[Change]] = {TRACK_STATE: [], RECORDING_STATE: []}
        with self._search("FindEvents", **wanted) as token:
            for element in self._pages("GetEventSearchResults", token, "Result"):
                topic, change = self._change(element, recording)
                if change is not None:
                    found[topic].append(change)
        yield from sorted(found[TRACK_STATE] or found[RECORDING_STATE], key=lambda one: (one.at, not one.at_start))

    def _change(self, element: Any, recording: Recording) -> tuple[str, Change | None]:
        event = element.find("{*}Event")
        told: dict[str, Any] = notification(event) if event is not None else {"topic": "", "items": {}}
        topic = str(told["topic"])
        state = str(told["items"].get(STATES.get(topic, ""), "")).lower()
        track = (element.findtext("{*}TrackToken") or "").strip()
        at = self._instant(element.findtext("{*}Time"))
        foreign = topic == TRACK_STATE and recording.video and track not in recording.video
        if at is None or foreign or state not in ("true", "false", "1", "0"):
            return topic, None
        initial = (element.findtext("{*}StartStateEvent") or "").strip() in ("true", "1")
        return topic, Change(at, state in ("true", "1"), initial)

    def _caps(self) -> dict[str, float]:
        """Days after which recordings are deleted, by recording; not every device tells."""
        if "recording" not in self.device.addresses:
            return {}
        try:
            answer = self.device.call("recording", "GetRecordings", self.deadline, lenient=True)
        except Trouble as failed:
            if failed.outcome not in GOES_ON:
                raise
            return {}
        made = {}
        for item in map(mapping, sequence(answer.get("RecordingItem"))):
            limit = mapping(item.get("Configuration")).get("MaximumRetentionTime")
            if isinstance(limit, timedelta) and limit:
                made[str(item.get("RecordingToken"))] = limit.total_seconds() / DAY
        return made

    @contextmanager
    def _search(self, operation: str, **wanted: Any) -> Iterator[str]:
        """A search and its token; devices have few, so each is ended."""
        token = self.device.call("search", operation, self.deadline, **wanted).get("SearchToken")
        if not token:
            raise Trouble(Outcome.PROTOCOL, f"the answer to {operation} names no search")
        try:
            yield str(token)
        finally:
            self._end(str(token))

    def _end(self, token: str) -> None:
        try:
            self.device.call("search", "EndSearch", self.deadline, lenient=True, SearchToken=token)
        except Trouble:
            pass  # it ends by itself when nobody asks for it any more

    def _pages(self, operation: str, token: str, name: str) -> Iterator[Any]:
        """Results until the device says Completed, as long as something new comes now and then."""
        seen: set[bytes] = set()
        idle = 0
        for _ in range(PAGES):
            wanted: dict[str, Any] = {"SearchToken": token, "MinResults": 1, "MaxResults": PAGE, "WaitTime": WAIT}
            root = self.device.ask("search", operation, self.deadline, **wanted).element
            fresh = [element for element in root.iter("{*}" + name) if canonical(element) not in seen]
            seen |= {canonical(element) for element in fresh}
            yield from fresh
            state = (root.findtext(".//{*}SearchState") or "").strip()
            idle = 0 if fresh else idle + 1
            if state == "Completed":
                return
            if idle >= EMPTY_PAGES:
                raise Trouble(Outcome.INCOMPLETE, "the device's search goes on without bringing anything new")
        raise Trouble(Outcome.INCOMPLETE, f"the device's search does not end within {PAGES} pages")

    def _instant(self, text: str | None) -> float | None:
        """Our time of a date the device gave; one without a zone is UTC, as the specification wants."""
        try:
            told = datetime.fromisoformat((text or "").strip())
        except ValueError:
            return None
        instant = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() - self.shift
        return instant if instant > DAY else None  # 1970 is how devices say that there is none

    def _date(self, instant: float) -> datetime:
        return datetime.fromtimestamp(instant + self.shift, UTC)
