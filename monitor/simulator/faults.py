"""The fault words of the simulator and what they do; ``""`` is a healthy camera."""

from collections.abc import Mapping

HEALTHY = ""

PICTURE: Mapping[str, str] = {
    "black": "black, with the faint noise of a covered sensor",
    "frozen": "one picture repeated and encoded anew; a burnt-in clock goes on ticking",
    "replayed": "a short clip again and again, byte for byte",
    "no_signal": "the card a recorder shows when its input is dead",
    "uniform": "one grey, all over",
    "overexposed": "most of the picture burnt out",
    "dark": "far too dark, but alive",
    "blurred": "out of focus",
    "occluded": "the left half covered",
    "moved": "the view shifted by 8 % of the width",
    "snow": "analogue snow",
    "stripes": "interference in horizontal bars",
    "noise": "strong sensor noise",
    "colour_cast": "everything green",
    "partial_loss": "the lower half grey",
}
MEDIA: Mapping[str, str] = {
    "no_key_frame": "P frames only",
    "loss": "5 % of the packets missing, or so many per cent as in loss:20; sequence numbers count on",
    "clock_stopped": "RTP timestamps do not advance",
    "no_rtp": "PLAY is accepted, nothing follows",
    "stalled": "the stream stops after a second, or so many milliseconds as in stalled:300",
}
STATUS: Mapping[str, tuple[str, int]] = {
    "forbidden": ("DESCRIBE", 403),
    "not_found": ("DESCRIBE", 404),
    "busy": ("SETUP", 453),
    "overloaded": ("DESCRIBE", 503),
    "redirect": ("DESCRIBE", 302),
}
CONNECTION: Mapping[str, str] = {
    "silent": "accepts the connection, never answers",
    "drip": "right answers, one byte a second",
    "garbage": "4 KB of random bytes for an answer",
    "reset": "the first request is answered by a TCP reset",
    "endless_header": "header lines without end",
    "big_body": "announces a body of 100 MB and begins to send it",
}
ANSWER: Mapping[str, str] = {
    "unreachable": "nothing listens",
    "wrong_password": "refuses whatever password comes",
    "stale_nonce": "every nonce is good for one request only",
    "no_video": "the SDP offers audio only",
    "bare_sdp": "the SDP has no parameter sets (no fault: many cameras do so)",
    "forbidden": "DESCRIBE is answered 403",
    "not_found": "DESCRIBE is answered 404",
    "busy": "SETUP is answered 453",
    "overloaded": "DESCRIBE is answered 503",
    "redirect": "DESCRIBE is answered 302 to the next address",
}
FAULTS: Mapping[str, str] = {**PICTURE, **MEDIA, **ANSWER, **CONNECTION}


FIGURES: Mapping[str, int] = {"loss": 5, "stalled": 1000}
"""Faults that take a figure, and the figure meant when there is none."""


def name_of(fault: str) -> str:
    """The fault without its figure: ``loss`` of ``loss:20``. ValueError for a word nobody knows."""
    name, _, figure = fault.partition(":")
    if name and name not in FAULTS:
        raise ValueError(f"no fault is called {name!r}; there are: {', '.join(sorted(FAULTS))}")
    if figure and (name not in FIGURES or not figure.isdecimal()):
        raise ValueError(f"{fault!r}: a figure follows only loss (per cent) and stalled (milliseconds), as in loss:20")
    return name


def figure_of(fault: str, name: str) -> int:
    """The figure of the fault ``name``; 0 when ``fault`` is another one."""
    given, _, figure = fault.partition(":")
    return int(figure or FIGURES[name]) if given == name else 0
