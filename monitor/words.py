"""The languages of pages and reports: catalogues, the choice among them, and the names of faults in words.

Every ``.po`` file in ``monitor/locale/LANGUAGE/LC_MESSAGES`` is read; English is the language of the source.
"""

import functools
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from monitor.model import FaultKind, Verdict

SOURCE = "en"
"""The language the code is written in."""
LANGUAGES = (SOURCE, "zh")
LOCALES = Path(__file__).parent / "locale"

Translate = Callable[[str], str]


@functools.cache
def translations(language: str) -> Translations:
    """The catalogue of one of LANGUAGES; the one of English is empty, so every text stands for itself."""
    files = sorted((LOCALES / language / "LC_MESSAGES").glob("*.po"))
    if not files:
        return Translations()
    merged = _compiled(files[0])  # brings the plural rule of the language along
    for file in files[1:]:
        merged.merge(_compiled(file))
    return merged


def entries(language: str, file: str) -> list[tuple[str, str]]:
    """Text and translation of each entry of one file of the catalogue, in the file's order."""
    with (LOCALES / language / "LC_MESSAGES" / file).open("rb") as source:
        return [(str(one.id), str(one.string)) for one in read_po(source) if one.id and one.string]


def choose(asked: str | None, accept_language: str = "") -> str:
    """One of LANGUAGES: the one asked for by name, else the browser's liking, else English."""
    if asked in LANGUAGES:
        return asked
    wanted = [part.split(";")[0].strip() for part in accept_language.split(",")]
    short = [tag.split("-")[0].lower() for tag in wanted if tag]
    return negotiate_locale(short, LANGUAGES) or LANGUAGES[0]


def of_terminal(environ: Mapping[str, str] = os.environ) -> str:
    """The language that verbs speak, as POSIX orders the variables."""
    named = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return choose(None, named.replace("_", "-"))


def _compiled(file: Path) -> Translations:
    with file.open("rb") as source:
        catalogue = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


FAULTS: dict[FaultKind, str] = {
    FaultKind.UNREACHABLE: _("not reachable"),
    FaultKind.AUTH_FAILED: _("login refused"),
    FaultKind.NO_STREAM: _("no video stream"),
    FaultKind.STALLED: _("stream stalled"),
    FaultKind.CORRUPT: _("stream damaged"),
    FaultKind.LOW_FRAME_RATE: _("frame rate too low"),
    FaultKind.FROZEN: _("picture frozen"),
    FaultKind.REPLAYED: _("picture replayed"),
    FaultKind.NO_SIGNAL: _("no signal"),
    FaultKind.BLACK: _("picture black"),
    FaultKind.UNIFORM: _("picture of one colour"),
    FaultKind.DARK: _("picture too dark"),
    FaultKind.OVEREXPOSED: _("picture overexposed"),
    FaultKind.BLURRED: _("picture blurred"),
    FaultKind.OCCLUDED: _("view covered"),
    FaultKind.MOVED: _("camera moved"),
    FaultKind.VIEW_CHANGED: _("view changed"),
    FaultKind.COLOUR_CAST: _("wrong colours"),
    FaultKind.NOISE: _("picture noisy"),
    FaultKind.SNOW: _("snow in the picture"),
    FaultKind.STRIPES: _("stripes in the picture"),
    FaultKind.PARTIAL_LOSS: _("part of the picture lost"),
    FaultKind.CLOCK_DRIFT: _("camera clock wrong"),
    FaultKind.STREAM_CHANGED: _("stream settings changed"),
    FaultKind.DEVICE_REPLACED: _("device replaced"),
    FaultKind.ONVIF_FAILED: _("ONVIF not answering"),
    FaultKind.RECORDER_UNREACHABLE: _("recorder not reachable"),
    FaultKind.RECORDER_AUTH_FAILED: _("recorder refused the login"),
    FaultKind.ACCOUNT_LOCKED: _("account locked"),
    FaultKind.HOST_KEY_CHANGED: _("host key changed"),
    FaultKind.RECORDING_STOPPED: _("recording stopped"),
    FaultKind.RETENTION_SHORT: _("recordings kept too short"),
    FaultKind.RECORDING_GAP: _("gap in the recording"),
    FaultKind.RECORDING_INVALID: _("recording cannot be played"),
    FaultKind.RETENTION_CAP: _("recorder deletes too early"),
    FaultKind.RETENTION_FORECAST: _("recordings will be kept too short"),
    FaultKind.DISK_FAILED: _("disk failed"),
    FaultKind.DISK_FULL: _("disk full"),
    FaultKind.RAID_DEGRADED: _("RAID degraded"),
    FaultKind.RECORDER_CLOCK_DRIFT: _("recorder clock wrong"),
    FaultKind.SITE_UNREACHABLE: _("site not reachable"),
    FaultKind.MONITOR_BLIND: _("the monitor cannot see"),
}
"""Each fault kind in two or three plain words."""
VERDICTS = {Verdict.OK: _("ok"), Verdict.FAULT: _("fault"), Verdict.UNKNOWN: _("unknown")}
PROBES = {
    "tcp": _("network"),
    "rtsp": _("video stream"),
    "picture": _("picture"),
    "onvif": _("ONVIF and clock"),
    "recorder": _("recorder"),
    "recording": _("recording"),
    "site": _("site"),
    "monitor": _("monitor"),
}
"""Each probe in plain words, and who speaks for a whole site and for the monitor itself."""
