"""The words of the house: frozen data that crosses the seams. No I/O, nothing of ours imported but the limits.

Times are aware ``datetime`` in UTC unless a name says otherwise; durations are seconds as float; sizes are bytes.
"""

from monitor.model.evidence import FEW_FRAMES, SPACINGS, Evidence, KeyFrame, Look
from monitor.model.recordings import ChannelRecordings, Disk, Recordings, Sample, Segment
from monitor.model.standing import IF_IT_LASTS, Change, Fault, Finding, Judged, Standing, Subject, Transition, Window
from monitor.model.target import Channel, Credentials, LoginState, ScheduleBlock, Target
from monitor.model.tickets import Job, JobLine, JobState, Receipt, Ticket
from monitor.model.words import Deadline, Facts, FaultKind, Key, Memory, Outcome, Verdict, shared

__all__ = [
    "FEW_FRAMES",
    "IF_IT_LASTS",
    "SPACINGS",
    "Change",
    "Channel",
    "ChannelRecordings",
    "Credentials",
    "Deadline",
    "Disk",
    "Evidence",
    "Facts",
    "Fault",
    "FaultKind",
    "Finding",
    "Job",
    "JobLine",
    "JobState",
    "Judged",
    "Key",
    "KeyFrame",
    "LoginState",
    "Look",
    "Memory",
    "Outcome",
    "Receipt",
    "Recordings",
    "Sample",
    "ScheduleBlock",
    "Segment",
    "Standing",
    "Subject",
    "Target",
    "Ticket",
    "Transition",
    "Verdict",
    "Window",
    "shared",
]
