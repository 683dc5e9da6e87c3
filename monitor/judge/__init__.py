"""What the evidence means: one judge per probe, each a pure function of target and evidence.

A new probe adds its judge here, one line in the map.
"""

from collections.abc import Callable, Mapping

from monitor.judge.onvif import judge_onvif
from monitor.judge.picture import judge_picture
from monitor.judge.port import judge_port
from monitor.judge.stream import judge_stream
from monitor.model import Evidence, Finding, Target

Judge = Callable[[Target, Evidence], tuple[Finding, ...]]


def _recordings(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    from monitor.judge.recordings import judge_recordings  # numpy with it, which a look at a camera can do without

    return judge_recordings(target, evidence)


JUDGES: Mapping[str, tuple[Judge, ...]] = {
    "tcp": (judge_port,),
    "rtsp": (judge_stream,),
    "onvif": (judge_onvif,),
    "picture": (judge_stream, judge_picture),
    "recorder": (_recordings,),
}


def judge(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """Every finding of one look; a recorder's look also yields findings for each camera it records.

    Raises KeyError for a probe that has no line in JUDGES.
    """
    probe = "recorder" if evidence.recordings is not None else evidence.probe
    return tuple(finding for judge_one in JUDGES[probe] for finding in judge_one(target, evidence))
