"""The repair job book for people, and the door for Alertmanager's webhook."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from monitor.model import Job, Key
from monitor.store import StoreError
from monitor.tickets.record import Detail, as_csv, full
from monitor.web.actions import Actions
from monitor.web.guard import LOGGED_IN
from monitor.web.pages import Pages
from monitor.words import _

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of a webhook body: a thousand alerts with long texts."""


@dataclass(frozen=True, slots=True)
class Tickets:
    pages: Pages
    actions: Actions

    async def listed(self, request: Request, closed: bool = False) -> Response:
        jobs = await asyncio.to_thread(self.actions.jobs, closed)
        return await self.pages.page(request, "tickets.html", jobs=jobs, closed=closed, zone=self.zone(jobs))

    async def sheet(self, closed: bool = False) -> Response:
        """The same as a table for a spreadsheet."""
        jobs = await asyncio.to_thread(self.actions.jobs, closed)
        name = {"Content-Disposition": 'attachment; filename="tickets.csv"'}
        return Response(as_csv(jobs), media_type="text/csv; charset=utf-8", headers=name)

    async def one(self, request: Request, name: str) -> Response:
        detail = await self.detail(name)
        job = detail.job
        shown = Key(job.site, job.device) in self.pages.board.devices
        evidence = shown and job.key in self.pages.board.faults and bool(detail.fault and detail.fault.picture)
        return await self.pages.page(
            request,
            "ticket.html",
            detail=detail,
            job=job,
            shown=shown,
            evidence=evidence,
            zone=self.zone([job]),
            person=request.scope.get(LOGGED_IN) or "",
            refresh=0,  # a form may be half filled in
        )

    async def as_json(self, name: str) -> Response:
        return JSONResponse(full(await self.detail(name)))

    async def alertmanager(self, request: Request) -> Response:
        """200 and what became of each alert; 400 in words; 503 when it shall be sent again."""
        if self.actions.alerted is None:
            raise HTTPException(503, _("There is no job book."))
        try:
            taken = await self.actions.alerted(json.loads(await _body(request)))
        except (ValueError, RecursionError) as wrong:  # not JSON, not UTF-8, or not what Alertmanager sends
            return PlainTextResponse(f"{_in_words(wrong)}\n", 400)
        except StoreError:
            raise HTTPException(503, _("The job book cannot be written just now.")) from None
        return JSONResponse(asdict(taken))

    async def detail(self, name: str) -> Detail:
        detail = await asyncio.to_thread(self.actions.job, name)
        if detail is None:
            raise HTTPException(404, _("No such ticket."))
        return detail

    def zone(self, jobs: Sequence[Job]) -> str:
        """The time zone of all these jobs, else UTC."""
        wanted = {job.site for job in jobs}
        devices = self.pages.board.devices.items()
        zones = {state.target.timezone for key, state in devices if key.site in wanted}
        return zones.pop() if len(zones) == 1 else "UTC"


def router(tickets: Tickets) -> APIRouter:
    routes = APIRouter()
    routes.get("/tickets", response_class=HTMLResponse)(tickets.listed)
    routes.get("/tickets.csv")(tickets.sheet)
    routes.get("/tickets/{name}", response_class=HTMLResponse)(tickets.one)
    routes.get("/api/v1/tickets/{name}")(tickets.as_json)
    routes.post("/api/v1/alertmanager")(tickets.alertmanager)
    return routes


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            raise HTTPException(413, _("The request is too large."))
    return body


def _in_words(wrong: Exception) -> str:
    if isinstance(wrong, json.JSONDecodeError):
        return f"the body is not JSON: {wrong}"
    if isinstance(wrong, UnicodeDecodeError | RecursionError):
        return "the body is not JSON"
    return str(wrong)
