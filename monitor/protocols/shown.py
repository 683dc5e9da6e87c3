"""Addresses as people may see them."""

import re
from urllib.parse import urlsplit, urlunsplit

_SPOKEN = re.compile(
    r"(?i)(?<![a-z])(use?r(?:_?name)?|login[a-z]*|pwd?|pswd?|pass[a-z]*|auth[a-z]*|(?:access_?)?token|(?:api_?)?key|secret)"
    r"=((?:(?!_(?:user|pass[a-z]*|pwd|channel|stream|subtype)=)[^&/?#;\s])+)"
)
"""A name or password spoken in a path or query: ``user=a&password=b``; Xiongmai's recorders join theirs by ``_``."""


def without_secrets(url: str) -> str:
    """A URL fit to be shown: no user information, and no name or password in its path or query."""
    parts = urlsplit(url)
    shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
    return masked(shown)


def masked(text: str) -> str:
    """A text without the names and passwords that an address in it may say."""
    return _SPOKEN.sub(r"\1=***", text)


def speaks_a_secret(url: str) -> bool:
    """Whether the path or query of a URL says a name, a password or a token."""
    return _SPOKEN.search(url) is not None
