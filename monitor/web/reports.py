"""The kept reports of a site: served exactly as they were made."""

import asyncio

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from monitor import words
from monitor.model import Key
from monitor.reports.render import html
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

    async def device_file(request: Request, site: str, device: str) -> Response:
        """All that is known of a device since its commissioning, as a paper that prints."""
        document = await asyncio.to_thread(actions.device_file, Key(site, device))
        if document is None:
            raise HTTPException(404, _("No such device."))
        asked = request.query_params.get("lang") or request.cookies.get("lang")
        language = words.choose(asked, request.headers.get("accept-language", ""))
        page = await asyncio.to_thread(html, dict(document), language)
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    routes.get("/reports/{site}/{name}")(report)
    routes.get("/devices/{site}/{device}/file")(device_file)
    return routes
