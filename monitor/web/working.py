"""The forms on a ticket's page with which people move it on: the same steps as ``cctv ticket``."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from monitor.model import Job
from monitor.store import StoreError
from monitor.tickets.people import STEPS, Act, NotPossible, Step
from monitor.web.forms import fields, person
from monitor.web.tickets import Tickets
from monitor.words import _

TEXT_LIMIT = 2000
SPOKEN = frozenset({"note", "follow-up"})
"""Steps that say nothing without words."""


@dataclass(frozen=True, slots=True)
class Working:
    tickets: Tickets

    async def moved(self, request: Request, name: str, step: str) -> Response:
        """Take the step and go back to the ticket's page. 409 if the ticket does not allow it any more."""
        if step not in STEPS:
            raise HTTPException(404, _("There is no such step."))
        job = (await self.tickets.detail(name)).job
        filled = await fields(request)
        act = Act(person(request, filled), self.tickets.actions.now(), filled.get("text", "")[:TEXT_LIMIT])
        if step in SPOKEN and not act.text:
            raise HTTPException(422, _("Please say something about it."))
        when = _moment(filled.get("at", ""), self.tickets.zone([job])) if step == "schedule" else None
        await self._take(job, Step(step, act, when, filled.get("with", "")[:TEXT_LIMIT]))
        return RedirectResponse(f"/tickets/{job.number}", 303)

    async def _take(self, job: Job, step: Step) -> None:
        if self.tickets.actions.move is None:
            raise HTTPException(503, _("It cannot be written down just now."))
        try:
            await asyncio.to_thread(self.tickets.actions.move, job.key, step)
        except NotPossible:
            raise HTTPException(409, _("The ticket does not allow that any more.")) from None
        except StoreError:
            raise HTTPException(503, _("It cannot be written down just now.")) from None


def router(tickets: Tickets) -> APIRouter:
    routes = APIRouter()
    routes.post("/tickets/{name}/{step}")(Working(tickets).moved)
    return routes


def _moment(text: str, zone: str) -> datetime:
    """As the browser's own field says it, local to the site."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(422, _("The day and time are missing.")) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
