"""What a person filled in: small forms, read within a limit, every value one plain line."""

from urllib.parse import parse_qs

from fastapi import HTTPException, Request

from monitor.web.guard import LOGGED_IN
from monitor.words import _

BODY_LIMIT = 32_768
NAME_LIMIT = 100


async def fields(request: Request) -> dict[str, str]:
    """The first value of each field, white space folded, no control characters. HTTPException 413 if it is long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            raise HTTPException(413, _("The request is too large."))
    return {name: _plain(values[0]) for name, values in parse_qs(body.decode(errors="replace")).items()}


def person(request: Request, filled: dict[str, str]) -> str:
    """Who logged in, else the name that was filled in. HTTPException 422 if there is neither."""
    name = request.scope.get(LOGGED_IN) or filled.get("by", "")[:NAME_LIMIT]
    if not name:
        raise HTTPException(422, _("Your name is missing."))
    return str(name)


def _plain(value: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in value).split())
