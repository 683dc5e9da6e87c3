"""The page of a recorder: what it keeps of each camera, day by day, and what it keeps it on."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from monitor.web import retention, views
from monitor.web.pages import Pages
from monitor.words import _

REFRESH_SECONDS = 60
"""Recordings are read every quarter of an hour or so, and somebody may be reading the gaps."""


@dataclass(frozen=True, slots=True)
class Recorders:
    pages: Pages

    async def one(self, request: Request, site: str, device: str) -> Response:
        key, state = self.pages.find(site, device)
        if state.target.role != "recorder":
            raise HTTPException(404, _("This device is no recorder."))
        return await self.pages.page(
            request,
            "recorder.html",
            card=views.card(key, state),
            target=state.target,
            sheet=retention.sheet(self.pages.board, state.target),
            disks=retention.disks(state),
            clock_offset=retention.clock_offset(state),
            looking=self.pages.looks.running(key),
            zone=state.target.timezone,
            refresh=REFRESH_SECONDS,
        )


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(default_response_class=HTMLResponse)
    routes.get("/recorders/{site}/{device}")(Recorders(pages).one)
    return routes
