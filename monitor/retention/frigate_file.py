"""Kind ``frigate`` without its HTTP API: a copy of the database it keeps, fetched over SSH, and its recorded files.

Its table of recordings as in frigate/models.py: times are UTC epoch seconds, sizes MiB.
"""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from monitor.model import Channel, ChannelRecordings, Deadline, Evidence, Memory, Outcome, Segment, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.ssh import Session, connect
from monitor.protocols.ssh_login import Login
from monitor.retention import clock, database_copy, frigate_cap, proof
from monitor.retention.bounds import NoShell, learn_bounds
from monitor.retention.closed import Instant
from monitor.retention.foreign_sqlite import Copy, opened
from monitor.retention.inquiry import Seen, all_disks, evidence_of, load, name_of, save
from monitor.retention.listing import BEYOND_DAYS, DAY, ENDING, Piece, merged
from monitor.retention.sampling import Proving, chosen, remembered
from monitor.retention.sftp import SftpTree
from monitor.workers import in_thread

INSIDE = "/media/frigate/recordings"
"""Where Frigate itself, in its container, sees its recordings: the paths of its database begin so."""
MIB = 2**20
QUICK = 10.0
"""Seconds for a command that only asks."""
SEGMENT = 10.0
"""Seconds of a file, until the camera's own are known."""
STRETCHES = """
select start_time, end_time, segment_size from recordings
where camera = ? and start_time >= ? and end_time > start_time order by start_time
"""
FILE_AT = """
select path, start_time, end_time from recordings
where camera = ? and start_time <= ? and end_time > ? order by start_time desc limit 1
"""

Config = Mapping[str, Any] | str
"""Frigate's configuration, or why it is not known."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where things lie on the recorder's host."""

    database: str
    recordings: str


async def read_frigate_file(target: Target, login: Login, files: Files, memory: Memory, deadline: Deadline) -> Evidence:
    """Copy the database, read it, and play samples from the files."""
    at, began, known = datetime.now(UTC), time.monotonic(), load(memory, name_of(target))
    bounded = deadline.within(max(deadline.left() - ENDING, deadline.left() / 2))
    look = _Look(target, login, files, Proving(target, known.own, bounded), first=not memory)
    try:
        seen, fetched = await in_thread(look.see, deadline=deadline)
    except TimeoutError:
        failed = DeviceError(Outcome.TIMEOUT, "the database did not come in time")
    except DeviceError as error:
        failed = error
    else:
        seen = all_disks(seen, target, known)
        samples = remembered(look.proving, seen.channels, await proof.decode_all(fetched, deadline))
        kept = save(known, target)
        return evidence_of(at, time.monotonic() - began, replace(seen, samples=samples), look.facts, kept, True)
    worked = False if failed.outcome is Outcome.AUTH else look.logged_in or None
    taken = time.monotonic() - began
    return Evidence("recorder", at, taken, failed.outcome, failed.reason, look.facts, login_worked=worked)


class _Look:
    """One look, in a thread."""

    def __init__(self, target: Target, login: Login, files: Files, proving: Proving, first: bool) -> None:
        self.target, self.login, self.files, self.proving, self.first = target, login, files, proving, first
        self.logged_in = False

    @property
    def facts(self) -> Mapping[str, object]:
        return {"access": "sftp", "phase": "listing" if self.logged_in else "connect"}

    def see(self) -> tuple[Seen, tuple[proof.Fetched, ...]]:
        deadline = self.proving.deadline
        with connect(self.login, deadline) as session, tempfile.TemporaryDirectory(prefix="cctv-monitor-") as folder:
            self.logged_in = True
            offset, tree = _clock(session), SftpTree(session, deadline)
            copy = database_copy.fetch(tree, self.files.database, Path(folder), deadline)
            config = _config(tree, self.files.database)
            with opened(copy, deadline) as database:
                seen = self._seen(database, tree, offset, config)
                return seen, self._fetched(database, tree, seen)

    def _seen(self, database: Copy, tree: SftpTree, offset: float | None, config: Config) -> Seen:
        now = time.time()
        found = {channel: self._stretches(database, channel, now) for channel in self.target.channels}
        newest = [clock.Newest(pieces[-1].end, SEGMENT) for pieces in found.values() if pieces]
        calibrated = clock.calibrate(newest, now, offset, self.target.timezone)
        return Seen(
            channels=tuple(_channel(channel, pieces, calibrated, config) for channel, pieces in found.items()),
            disks=tree.disks([self.files.recordings]),
            clock_offset=calibrated.offset,
            clock_note=calibrated.contradiction or calibrated.note,
        )

    def _stretches(self, database: Copy, channel: Channel, now: float) -> list[Piece]:
        limits = channel.limits.recording
        since = now - (limits.retention_days + BEYOND_DAYS) * DAY
        rows = database.rows(STRETCHES, (channel.channel, since))
        return merged((Piece(start, end, round((size or 0.0) * MIB)) for start, end, size in rows), limits.join)

    def _fetched(self, database: Copy, tree: SftpTree, seen: Seen) -> tuple[proof.Fetched, ...]:
        made: list[proof.Fetched] = []
        for channel, at in chosen(self.proving, seen.channels, self.first):
            told = at + (seen.clock_offset or 0.0)
            for path, start, end in database.rows(FILE_AT, (channel, told, told)):
                here = self.files.recordings + str(path).removeprefix(INSIDE)
                made += self._part(tree, Instant(channel, here, at, start + at - told, end - start, 0))
        return tuple(made)

    def _part(self, tree: SftpTree, one: Instant) -> tuple[proof.Fetched, ...]:
        """The database tells sizes rounded: the file is asked."""
        try:
            whole = one._replace(size=tree.size(one.path))
        except FileNotFoundError:
            return (proof.Fetched(one, good=False, reason="is listed, but its file is not there"),)
        return proof.fetch(tree, [whole], self.proving.deadline)


def _channel(channel: Channel, pieces: list[Piece], calibrated: clock.Calibration, config: Config) -> ChannelRecordings:
    """A camera that the database does not know may be misspelt: nothing is known of it."""
    name, shift = channel.channel, calibrated.shift
    unread = calibrated.contradiction or ("" if pieces else f"the database has no recordings of a camera {name!r}")
    if unread:
        return ChannelRecordings(name, None, unread)
    segments = tuple(Segment(one.start + shift, one.end + shift, one.size) for one in pieces)
    try:
        if isinstance(config, str):
            raise frigate_cap.Unclear(config)
        return ChannelRecordings(name, segments, cap_days=frigate_cap.cap_in(config, name, channel.event_only))
    except frigate_cap.Unclear as why:
        return ChannelRecordings(name, segments, cap_unread=str(why))


def _config(tree: SftpTree, database: str) -> Config:
    """Frigate's own configuration, which lies beside its database; or why there is none to read."""
    why = "no configuration file lies beside its database"
    for name in frigate_cap.NAMES:
        path = str(PurePosixPath(database).with_name(name))
        try:
            return frigate_cap.parse(tree.read(path, 0, frigate_cap.LIMIT))
        except FileNotFoundError:
            continue
        except TimeoutError:
            raise
        except OSError as failed:
            why = f"{path}: {failed.strerror or failed}"
        except frigate_cap.Unclear as unclear:
            why = str(unclear)
    return why


def _clock(session: Session) -> float | None:
    """Seconds the recorder's clock is ahead; None where the account may not ask."""
    try:
        return learn_bounds(session, QUICK).clock_offset
    except NoShell:
        return None
    except DeviceError as failed:
        if failed.outcome is not Outcome.UNSUPPORTED:
            raise
        return None
