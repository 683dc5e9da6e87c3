"""The cause ladder: what was known when the fault opened, one sentence a rung, from what carries it down to itself."""

from monitor.blame.scene import Scene
from monitor.model import Key, Standing, Verdict, shared


def ladder(key: Key, scene: Scene) -> tuple[str, ...]:
    """For example ``("nvr-1: tcp ok since …", "onvif ok since …", "rtsp auth_failed since …: refused")``."""
    return tuple(_rung(standing, key) for device in (*scene.upstream(key), key) for standing in scene.of(device))


def _rung(standing: Standing, key: Key) -> str:
    subject = standing.subject
    where = "" if subject.key == key else f"{subject.key.device}: "
    what = f"{subject.probe} {subject.aspect}".strip()
    answer = standing.fault if standing.verdict is Verdict.FAULT else standing.verdict
    return shared(f"{where}{what} {answer} since {standing.since:%Y-%m-%d %H:%M} UTC: {standing.reason}")
