"""What to say to a name that nothing has: what there is, and what was probably meant."""

import difflib
from collections.abc import Collection, Iterable

from monitor.board import as_counted

MOST = 20
"""So many names are listed; a site may have a thousand cameras."""


def no_site(word: str, sites: Iterable[str]) -> str:
    known = sorted(set(sites), key=as_counted)
    return f"{word}: no site of that name; the sites are {listed(known)}{meant(word.partition('/')[0], known)}"


def nothing_at(site: str) -> str:
    return f"{site}: the site has no cameras and no recorders yet"


def no_device(word: str, devices: Iterable[str]) -> str:
    """``word`` is SITE/DEVICE, of a site that there is."""
    site, _, device = word.partition("/")
    known = sorted(set(devices), key=as_counted)
    return f"{word}: the site {site} has no such device; it has {listed(known)}{meant(device, known)}"


def meant(word: str, known: Collection[str]) -> str:
    """``; did you mean x?`` where a known name is near, else nothing."""
    close = difflib.get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def listed(names: Collection[str]) -> str:
    if len(names) <= MOST:
        return ", ".join(names) or "none"
    return f"{', '.join(list(names)[:MOST])}, … ({len(names)} in all)"
