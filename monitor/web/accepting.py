"""The page on which a person says that a camera's new view is how it shall look."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor.board import DeviceState
from monitor.model import Key
from monitor.store import StoreError
from monitor.web import views
from monitor.web.forms import fields, person
from monitor.web.guard import LOGGED_IN
from monitor.web.pages import LOOK_WAIT_SECONDS, Pages
from monitor.words import _


@dataclass(frozen=True, slots=True)
class Accepting:
    pages: Pages

    async def asked(self, request: Request, site: str, device: str) -> Response:
        """Now beside the reference, and the one button."""
        key, state = self._camera(site, device)
        return await self.pages.page(
            request,
            "accept.html",
            accepting=True,
            card=views.card(key, state),
            reference=self.pages.mark(key, "reference"),
            close="",
            person=request.scope.get(LOGGED_IN) or "",
            zone=state.target.timezone,
            refresh=0,  # a form is being filled in
        )

    async def accepted(self, request: Request, site: str, device: str) -> Response:
        """Write it down, look at once, and go back to the device's page."""
        key, _state = self._camera(site, device)
        by = person(request, await fields(request))
        if self.pages.actions.accept_view is None:
            raise HTTPException(503, _("It cannot be written down just now."))
        try:
            await self.pages.actions.accept_view(key, by)
        except StoreError:
            raise HTTPException(503, _("It cannot be written down just now.")) from None
        await self.pages.looks.look(key, False, LOOK_WAIT_SECONDS)
        return RedirectResponse(f"/devices/{site}/{device}", 303)

    def _camera(self, site: str, device: str) -> tuple[Key, DeviceState]:
        key, state = self.pages.find(site, device)
        if not (state.target.rtsp or state.target.onvif):
            raise HTTPException(404, _("This device has no view to accept."))
        return key, state


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(default_response_class=HTMLResponse)
    accepting = Accepting(pages)
    routes.get("/devices/{site}/{device}/accept-view")(accepting.asked)
    routes.post("/devices/{site}/{device}/accept-view")(accepting.accepted)
    return routes
