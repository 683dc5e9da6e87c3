"""The fixed words of reports; translated where they are shown."""

from monitor.words import _

KINDS = {
    "day": _("Summary of the day"),
    "week": _("Weekly report"),
    "month": _("Monthly analysis"),
    "inspection": _("Inspection"),
    "arrival": _("Arrival look"),
    "leave-site": _("Leave-site certificate"),
    "device": _("Device file"),
}
HAPPENINGS = {
    "commissioned": _("Commissioned"),
    "serial_changed": _("Another serial number"),
    "firmware_changed": _("Another firmware"),
    "view_accepted": _("New view accepted"),
    "job": _("Repair job"),
    "maintenance": _("Agreed maintenance"),
}
"""What can happen to a device besides a fault."""
RATES = {
    "online": _("Online rate"),
    "intact": _("Picture-intact rate"),
    "recorded": _("Recording completeness"),
}
AIMS = {
    "online": _("online time / judged time of all cameras"),
    "intact": _("time with a normal picture / time in which an online camera's picture was judged"),
    "recorded": _("recorded time / time in which recording was agreed"),
}
COUNTED = {
    "online": _("cameras online / cameras judged"),
    "intact": _("normal pictures / online cameras whose picture was judged"),
    "recorded": _("complete recordings / recordings judged"),
}
ASPECTS = {
    "sub": _("sub stream"),
    "clock": _("clock"),
    "identity": _("identity"),
    "stream": _("stream settings"),
    "raid": _("RAID"),
    "disk": _("disk"),
}
COLUMNS = (
    *(_("Site"), _("Device"), _("Name"), _("Check"), _("Aspect"), _("Verdict"), _("Fault"), _("What was seen")),
    *(_("Since"), _("Until"), _("Hours"), _("Times in 90 days"), _("Maintenance")),
)
"""Heads of the columns in CSV files."""
