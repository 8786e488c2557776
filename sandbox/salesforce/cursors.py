"""Pages of a query's answer and their locators."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.query import Answer
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

MOST_ROWS = 2_000
FEWEST_ROWS = 200
_LIFETIME = timedelta(days=2)
_MOST_OPEN = 1_000
_PREFIX = "01g"


@dataclass(slots=True)
class _Cursor:
    sobject: str
    ids: list[str]
    render: Callable[[Row], dict[str, Any]]
    position: int
    page_size: int
    opened: datetime


class Cursors:
    """Open answers of one org. A locator works once, in order, for two days of the clock.

    The ids are those found when the query ran; each page shows the rows as they are when it is fetched.

    Attributes:
        most_rows: a page's size at most, whatever is asked for: wide rows come in small pages.
        evictions: how many of the next locators used are found to be forgotten, as when others crowd them out.
    """

    def __init__(self, store: Store) -> None:
        self.most_rows = MOST_ROWS
        self.evictions = 0
        self._store = store
        self._open: OrderedDict[str, _Cursor] = OrderedDict()

    def first_page(self, answer: Answer, root: str, page_size: int) -> dict[str, Any]:
        """The body of a query: ``{totalSize, done, nextRecordsUrl?, records}``."""
        if answer.render is None:
            return {"totalSize": answer.total, "done": True, "records": answer.records}
        size = min(max(page_size, FEWEST_ROWS), self.most_rows)
        cursor = _Cursor(answer.sobject, answer.records, answer.render, 0, size, self._store.now())
        return self._page(None, cursor, root)

    def next_page(self, locator: str, root: str) -> dict[str, Any]:
        """The page that ``<cursor id>-<offset>`` names. Raises INVALID_QUERY_LOCATOR."""
        cursor_id, _, offset = locator.partition("-")
        if self.evictions > 0:
            self.evictions -= 1
            self._open.pop(cursor_id, None)
        cursor = self._open.get(cursor_id)
        if cursor is None or not offset.isdigit() or int(offset) != cursor.position:
            raise SalesforceFault("INVALID_QUERY_LOCATOR", "invalid query locator")
        if self._store.now() - cursor.opened > _LIFETIME:
            del self._open[cursor_id]
            raise SalesforceFault("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(cursor_id, cursor, root)

    def _page(self, cursor_id: str | None, cursor: _Cursor, root: str) -> dict[str, Any]:
        start, stop = cursor.position, min(cursor.position + cursor.page_size, len(cursor.ids))
        rows = self._store.tables[cursor.sobject].rows
        records = [cursor.render(rows[one]) for one in cursor.ids[start:stop] if one in rows]
        body: dict[str, Any] = {"totalSize": len(cursor.ids), "done": stop == len(cursor.ids)}
        if stop < len(cursor.ids):
            if cursor_id is None:
                cursor_id = self._store.ids.new(_PREFIX)
                self._open[cursor_id] = cursor
                while len(self._open) > _MOST_OPEN:
                    self._open.popitem(last=False)
            cursor.position = stop
            body["nextRecordsUrl"] = f"{root}/query/{cursor_id}-{stop}"
        elif cursor_id is not None:
            del self._open[cursor_id]
        body["records"] = records
        return body

    def expire_all(self) -> int:
        """Forget every open answer, as an eviction does; returns how many."""
        ended = len(self._open)
        self._open.clear()
        return ended
