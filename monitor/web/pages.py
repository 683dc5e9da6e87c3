"""The pages for people: the whole, a site, a device. Server-rendered, each one refreshes itself."""

import asyncio
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from monitor import words
from monitor.board import Board, DeviceState
from monitor.model import Key, Verdict
from monitor.web import retention, timeline, views
from monitor.web.actions import Actions
from monitor.web.figures import figures
from monitor.web.looks import Looks
from monitor.web.packed import LEVEL, asks_for_gzip
from monitor.web.texts import LANGUAGE_NAMES, laid_out
from monitor.words import _

REFRESH_SECONDS = 10
PAGE_SIZE = 96
REPORTS = 24
"""So many kept reports are listed, the newest."""
FAULTS = 48
"""So many open faults of a site are listed, causes first: behind a dead switch they are one for each camera."""
STALE = timedelta(minutes=5)
"""No look at any device for so long: the page says that it is old."""
LOOK_WAIT_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders the templates from the board."""

    board: Board
    actions: Actions
    looks: Looks

    async def status(self, request: Request) -> Response:
        seen = await views.overview(self.board)
        listed = self._listed(request, list(seen.verdicts.items()))
        return await self.page(request, "status.html", seen=seen, faults=views.wide_faults(self.board), **listed)

    async def site(self, request: Request, site: str) -> Response:
        seen = await views.overview(self.board)
        if site not in seen.sites:
            raise HTTPException(404, _("No such site."))
        listed = self._listed(request, [(key, one) for key, one in seen.verdicts.items() if key.site == site])
        faults = views.open_faults(self.board, site=site)
        kept = (await asyncio.to_thread(self.actions.reports, site))[:REPORTS]
        return await self.page(
            request,
            "site.html",
            seen=seen,
            site=site,
            faults=faults[:FAULTS],
            more=len(faults[FAULTS:]),
            kept=kept,
            recorders=retention.recorders(self.board, site),
            **listed,
        )

    async def device(self, request: Request, site: str, device: str) -> Response:
        key, state = self.find(site, device)
        spans, now = self.actions.history(key), self.actions.now()
        faults, card = views.open_faults(self.board, key=key), views.card(key, state)
        return await self.page(
            request,
            "device.html",
            card=card,
            target=state.target,
            ladder=views.ladder(state),
            figures=figures(state, words.translations(_language(request)).gettext),
            faults=faults,
            help_for=views.kinds_to_help(card, faults),
            evidence={one.id for one in faults if one.picture and self.actions.picture(key, one.picture)},
            lanes=timeline.lanes(spans, now),
            incidents=timeline.incidents(spans, now)[:20],
            zone=state.target.timezone,
            reference=self.mark(key, "reference"),
            close=self.mark(key, "close"),
            close_at=state.close_at,
            looking=self.looks.running(key),
            sheet=retention.sheet_of_camera(self.board, state.target),
        )

    async def look(self, site: str, device: str, close: bool = False) -> Response:
        """Look now, wait a little for the result, and go back to the device's page."""
        key, _state = self.find(site, device)
        await self.looks.look(key, close, LOOK_WAIT_SECONDS)
        return RedirectResponse(f"/devices/{site}/{device}", 303)

    async def picture(self, site: str, device: str, name: str) -> Response:
        """ "thumbnail", "reference", "close", or the id of an open fault for its evidence."""
        key, state = self.find(site, device)
        image = state.thumbnail if name == "thumbnail" else self._kept(key, name)
        if image is None:
            raise HTTPException(404, _("No such picture."))
        return Response(image, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    def mark(self, key: Key, name: str) -> str:
        """Tells one picture of that name from the next, for the browser keeps them; "" = there is none."""
        image = self.actions.picture(key, name)
        return "" if image is None else f"{zlib.crc32(image):08x}"

    def find(self, site: str, device: str) -> tuple[Key, DeviceState]:
        key = Key(site, device)
        if key not in self.board.devices:
            raise HTTPException(404, _("No such device."))
        return key, self.board.devices[key]

    async def error(self, request: Request, status: int, text: str) -> Response:
        return await self.page(request, "error.html", status=status, text=text, zone="UTC")

    def _kept(self, key: Key, name: str) -> bytes | None:
        """As the way to it says, or the evidence of the open fault of that id: never a name the reader made up."""
        fault = self.board.faults.get(name)
        if name in ("reference", "close"):
            return self.actions.picture(key, name)
        return (
            self.actions.picture(key, fault.picture) if fault and fault.picture and fault.subject.key == key else None
        )

    def _listed(self, request: Request, verdicts: list[tuple[Key, Verdict]]) -> dict[str, Any]:
        """The cards of one page of the list, as the address asks: ``?show=fault&page=2``."""
        show = request.query_params.get("show", "")
        keys = [key for key, verdict in verdicts if show not in tuple(Verdict) or verdict == show]
        pages = max(1, -(-len(keys) // PAGE_SIZE))
        page = min(_whole(request.query_params.get("page")), pages)
        chosen = keys[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        cards = [views.card(key, self.board.devices[key]) for key in chosen if key in self.board.devices]
        return {"cards": cards, "show": show, "page": page, "pages": pages, "zone": views.common_zone(cards)}

    async def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A thread lays it out from values that no longer change, so that a long list holds up no look."""
        language, now = _language(request), self.actions.now()
        shown = values | {
            "now": now,
            "blind_since": self.board.blind_since,
            "trouble": self.actions.ready(),
            "stale": values["seen"].newest and now - values["seen"].newest > STALE if "seen" in values else False,
            "refresh": values.get("refresh", REFRESH_SECONDS),
            "names": self.actions.site_names(),
            "devices": self.board.devices.keys(),  # those that have a page
            "status": status,
            "path": request.url.path,
        }
        zipped = asks_for_gzip(request.headers.get("accept-encoding", ""))
        body = await asyncio.to_thread(_body, language, template, shown, zipped)
        headers = {"Content-Language": language, "Vary": "Accept-Language, Cookie, Accept-Encoding"}
        response = HTMLResponse(body, status, headers | ({"Content-Encoding": "gzip"} if zipped else {}))
        if request.query_params.get("lang") in LANGUAGE_NAMES:
            response.set_cookie("lang", language, max_age=31_536_000, httponly=True, samesite="lax")
        return response


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(default_response_class=HTMLResponse)
    routes.get("/")(pages.status)
    routes.get("/sites/{site}")(pages.site)
    routes.get("/devices/{site}/{device}")(pages.device)
    routes.post("/devices/{site}/{device}/look")(pages.look)
    routes.get("/pictures/{site}/{device}/{name}.jpg")(pages.picture)
    return routes


def _body(language: str, template: str, shown: Mapping[str, Any], zipped: bool) -> bytes:
    body = laid_out(language, template, shown).encode()
    return gzip.compress(body, LEVEL) if zipped else body


def _language(request: Request) -> str:
    asked = request.query_params.get("lang") or request.cookies.get("lang")
    return words.choose(asked, request.headers.get("accept-language", ""))


def _whole(text: str | None) -> int:
    return max(1, int(text[:9])) if text and text.isascii() and text.isdigit() else 1
