"""The kept reports of a site: served exactly as they were made."""

import asyncio

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from monitor.web.actions import Actions
from monitor.words import _

TYPES = {"html": "text/html", "csv": "text/csv", "json": "application/json"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""A report is one file with its style and pictures inside; it fetches nothing and runs nothing."""


def router(actions: Actions) -> APIRouter:
    routes = APIRouter()

    async def report(site: str, name: str) -> Response:
        """A file of the archive, by its name in the list; nothing else can be named."""
        content = await asyncio.to_thread(actions.report_file, site, name)
        if content is None:
            raise HTTPException(404, _("No such report."))
        ending = name.rpartition(".")[2]
        headers = {"Content-Security-Policy": POLICY}
        if ending != "html":
            headers["Content-Disposition"] = f'attachment; filename="{site}-{name}"'
        return Response(content, media_type=f"{TYPES[ending]}; charset=utf-8", headers=headers)

    routes.get("/reports/{site}/{name}")(report)
    return routes
