"""States of a job and what can happen to it, in plain words."""

from monitor.model import JobState
from monitor.words import _

STATES = {
    JobState.OPEN: _("open"),
    JobState.ACKNOWLEDGED: _("acknowledged"),
    JobState.SCHEDULED: _("appointment agreed"),
    JobState.REPAIRED: _("reported repaired"),
    JobState.CLOSED: _("closed"),
}
HAPPENINGS = {
    "opened": _("opened"),
    "reopened": _("opened again"),
    "commented": _("remark"),
    "seen_ok": _("seen ok by the monitor"),
    "acknowledged": _("acknowledged"),
    "scheduled": _("appointment agreed"),
    "repaired": _("reported repaired"),
    "noted": _("note"),
    "followed_up": _("follow-up call"),
    "closed": _("closed"),
}
