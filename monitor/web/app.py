"""The HTTP face as one application: pages, metrics and JSON over the same board."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from monitor.board import Board
from monitor.metrics import Metrics
from monitor.web import accepting, machine, pages, recorders, reports, tickets, working
from monitor.web.actions import Actions
from monitor.web.guard import AnswersHead, HostCheck, SecurityHeaders
from monitor.web.looks import Looks
from monitor.words import _

_FRAMEWORK_WORDS = (_("Not Found"), _("Method Not Allowed"))  # said by the framework, shown on our page


def create_app(board: Board, metrics: Metrics, actions: Actions, *, hosts: Iterable[str] = ()) -> FastAPI:
    """The application. ``hosts``: public names it answers to without a login, as a proxy may need."""
    app = FastAPI(title="cctv-monitor", docs_url=None, redoc_url=None, openapi_url=None)
    looks = Looks(actions)
    shown = pages.Pages(board, actions, looks)
    app.include_router(pages.router(shown))
    app.include_router(machine.router(machine.Machine(board, metrics, actions, looks)))
    book = tickets.Tickets(shown, actions)
    app.include_router(tickets.router(book))
    app.include_router(working.router(book))
    app.include_router(accepting.router(shown))
    app.include_router(recorders.router(shown))
    app.include_router(reports.router(actions))
    app.mount("/static", StaticFiles(packages=[("monitor.web", "static")]))
    _explain_errors(app, shown)
    app.add_middleware(AnswersHead)
    app.add_middleware(HostCheck, hosts=hosts)
    app.add_middleware(SecurityHeaders)
    return app


def _explain_errors(app: FastAPI, shown: pages.Pages) -> None:
    """A person gets a page, a program one line of text."""

    async def refused(request: Request, error: Any) -> Response:
        status = getattr(error, "status_code", 422)
        text = str(getattr(error, "detail", _("The request is incomplete.")))
        if "text/html" in request.headers.get("accept", ""):
            return await shown.error(request, status, text)
        return PlainTextResponse(f"{text}\n", status, getattr(error, "headers", None))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, refused)
