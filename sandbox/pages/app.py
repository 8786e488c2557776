"""Routes and rendering of the record pages under ``/ui/``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import jinja2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.hubspot.portal import Portal
from sandbox.pages import formats, hubspot, salesforce
from sandbox.pages.hubspot import HubSpotPages
from sandbox.pages.salesforce import SalesforcePages
from sandbox.pages.views import Link, ListView, RecordView
from sandbox.salesforce.org import Org

_HERE = Path(__file__).parent
_TIMELINE_LENGTH = 40


@dataclass(frozen=True)
class Site:
    """One vendor's pages as a whole: its name, its lists, and the way to the other vendor."""

    vendor: str
    css: str
    nav: tuple[Link, ...]
    other: Link


class PageSource(Protocol):
    """What fills the pages of one vendor."""

    def list_of(self, kind: str, /, *, search: str, stage: str, page: int) -> ListView: ...

    def record(self, kind: str, record_id: str, now: datetime, /) -> RecordView | None: ...


class Pages:
    """The handlers of one vendor's pages."""

    def __init__(self, source: PageSource, site: Site, now: Callable[[], datetime]) -> None:
        self._source = source
        self._site = site
        self._now = now
        self._templates = jinja2.Environment(
            autoescape=True,
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.globals["moment"] = formats.moment
        self._templates.filters["urlencode"] = lambda pairs: urlencode({k: v for k, v in pairs.items() if v})
        self._style = (_HERE / "style.css").read_text()

    def _render(
        self, template: str, *, status: int = 200, here: str, search: str = "", **values: Any
    ) -> Response:
        page = self._templates.get_template(template).render(
            site=self._site, here=here, search=search, now=formats.moment(self._now()), **values
        )
        return HTMLResponse(page, status_code=status)

    def style(self, request: Request) -> Response:
        """The one style sheet."""
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    def home(self, request: Request) -> Response:
        """The first list."""
        return RedirectResponse(self._site.nav[0].href, status_code=302)

    def list_page(self, kind: str, request: Request) -> Response:
        """A list with search, stage filter and paging."""
        asked = request.query_params
        number = asked.get("page", "1")
        view = self._source.list_of(
            kind,
            search=asked.get("q", "").strip(),
            stage=asked.get("stage", ""),
            page=max(1, int(number)) if number.isascii() and number.isdigit() else 1,
        )
        return self._render("list.html", here=view.base, search=view.search, view=view)

    def record_page(self, kind: str, request: Request) -> Response:
        """One record."""
        here = f"/ui/{kind}"
        view = self._source.record(kind, request.path_params["record_id"], self._now())
        if view is None:
            text = "There is no such record, or it was deleted or merged into another."
            return self._render("missing.html", status=404, here=here, text=text)
        hidden = 0 if "all" in request.query_params else max(0, len(view.timeline) - _TIMELINE_LENGTH)
        shown = view.timeline[:-hidden] if hidden else view.timeline
        return self._render("record.html", here=here, view=view, timeline=shown, hidden=hidden)

    def routes(self, kinds: tuple[str, ...]) -> list[Route]:
        """Routes relative to the server's root."""
        lists = [
            route
            for kind in kinds
            for route in (
                Route(f"/ui/{kind}", partial(self.list_page, kind)),
                Route(f"/ui/{kind}/{{record_id}}", partial(self.record_page, kind)),
            )
        ]
        fixed = [Route(path, self.home) for path in ("/", "/ui", "/ui/")]
        return [*fixed, Route("/ui/style.css", self.style), *lists]


def build_hubspot_pages(portal: Portal, salesforce_ui: str) -> Starlette:
    """HubSpot's pages; ``salesforce_ui`` is the other side's page root, ending in a slash."""
    site = Site("HubSpot", "hubspot", (Link("Contacts", "/ui/contacts"),), Link("Salesforce", salesforce_ui))
    pages = Pages(HubSpotPages(portal, salesforce_ui), site, portal.clock.now)
    return Starlette(routes=pages.routes(hubspot.OBJECTS))


def build_salesforce_pages(org: Org, hubspot_ui: str) -> Starlette:
    """Salesforce's pages; ``hubspot_ui`` is the other side's page root, ending in a slash."""
    nav = (Link("Leads", "/ui/Lead"), Link("Contacts", "/ui/Contact"))
    site = Site("Salesforce", "salesforce", nav, Link("HubSpot", hubspot_ui))
    pages = Pages(SalesforcePages(org, hubspot_ui), site, org.clock.now)
    return Starlette(routes=pages.routes(salesforce.OBJECTS))
