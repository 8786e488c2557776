"""Reading Salesforce records: what changed, by id, by any key. Deleted and merged rows are seen too."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import ConnectorError
from connectors.results import ChangeRequest, Stretch
from connectors.salesforce import composite, soql
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.records import FACTS, STAMP, moment, to_record
from connectors.salesforce.schema import Describes
from sync_rules.records import Record

_MOST_RESTARTS = 5
_DEAD_LOCATOR = "INVALID_QUERY_LOCATOR"


@dataclass(slots=True)
class _Cursor:
    """How far one request has come: the next page's URL, and the last row seen should that URL die."""

    request: ChangeRequest
    url: str
    last: tuple[str, str] | None = None
    restarts: int = 0
    pages: int = 0

    @property
    def may_end(self) -> bool:
        """Whether a walk has come as far as it was asked to; noted on the walk."""
        walk, since = self.request.walk, self.request.since
        if walk is None or self.last is None or self.pages < walk.most_pages:
            return False
        # Others of the last row's second may follow.
        complete = moment(self.last[0]) - timedelta(seconds=1)
        if since is not None and complete < since:
            return False
        walk.reached = complete
        return True


def changed(
    client: SalesforceClient, describes: Describes, requests: Sequence[ChangeRequest]
) -> Iterator[tuple[str, list[Record]]]:
    """Pages of everything changed, up to five objects to an API call, each by (SystemModstamp, Id)."""
    describes.load(request.object_type for request in requests)
    waiting = [_Cursor(request, _url(client, describes, request, None)) for request in requests]
    while waiting:
        turn, waiting = waiting[: composite.MOST_QUERIES], waiting[composite.MOST_QUERIES :]
        resources = [(f"queryAll {cursor.request.object_type}", cursor.url) for cursor in turn]
        for cursor, answer in zip(turn, composite.get_each(client, resources), strict=True):
            if isinstance(answer, ConnectorError):
                waiting.append(_restarted(client, describes, cursor, answer))
                continue
            rows: list[dict[str, Any]] = answer["records"]
            if rows:
                cursor.last = (str(rows[-1][STAMP]), str(rows[-1]["Id"]))
                yield cursor.request.object_type, [to_record(cursor.request.object_type, row) for row in rows]
            cursor.pages += 1
            if not answer.get("done", True) and answer.get("nextRecordsUrl") and not cursor.may_end:
                cursor.url = str(answer["nextRecordsUrl"])
                waiting.append(cursor)


def count(client: SalesforceClient, describes: Describes, stretches: Sequence[Stretch]) -> dict[str, int]:
    """How many rows have their stamp in each stretch, by object; five objects to an API call."""
    describes.load(one.object_type for one in stretches)
    resources = []
    for one in stretches:
        conditions = [
            soql.after(STAMP, one.since, None),
            soql.up_to(STAMP, one.until),
            _no_children(describes, one.object_type),
        ]
        query = soql.select(one.object_type, ["COUNT()"], conditions)
        resources.append((f"queryAll {one.object_type}", composite.query_url(client, query)))
    answers = composite.get_each(client, resources)
    found: dict[str, int] = {}
    for one, answer in zip(stretches, answers, strict=True):
        if isinstance(answer, ConnectorError):
            raise answer
        found[one.object_type] = int(answer["totalSize"])
    return found


def newest(client: SalesforceClient, sobjects: Iterable[str], since: datetime) -> datetime | None:
    """When the latest change at or after ``since`` was made, deletions included; one call for five types."""
    order = f"{STAMP} DESC LIMIT 1"
    queries = [
        (f"queryAll {sobject}", soql.select(sobject, [STAMP], [soql.after(STAMP, since, None)], order))
        for sobject in sobjects
    ]
    rows = [row for part in composite.query_all(client, queries) for row in part]
    return max((moment(str(row[STAMP])) for row in rows), default=None)


def _restarted(
    client: SalesforceClient, describes: Describes, cursor: _Cursor, error: ConnectorError
) -> _Cursor:
    """The same walk from the last row seen, for a locator that the org has dropped."""
    if error.code != _DEAD_LOCATOR or cursor.restarts >= _MOST_RESTARTS:
        raise error
    cursor.url = _url(client, describes, cursor.request, cursor.last)
    cursor.restarts += 1
    return cursor


def _url(
    client: SalesforceClient, describes: Describes, request: ChangeRequest, last: tuple[str, str] | None
) -> str:
    fields = describes.visible(request.object_type, [*FACTS, *_real(request.fields)])
    conditions = [
        soql.after(STAMP, request.since, last),
        soql.up_to(STAMP, request.until),
        _no_children(describes, request.object_type),
    ]
    query = soql.select(request.object_type, fields, conditions, f"{STAMP}, Id")
    return composite.query_url(client, query)


def _no_children(describes: Describes, sobject: str) -> str:
    """Copies of an event for its invitees are not activities of their own."""
    return "IsChild = false" if "IsChild" in describes.fields(sobject) else ""


def _real(fields: Iterable[str]) -> list[str]:
    return [name for name in fields if not name.startswith("_")]


def by_ids(
    client: SalesforceClient, describes: Describes, sobject: str, ids: Iterable[str], fields: Iterable[str]
) -> list[Record]:
    """Live records by id; one that was merged away gives its winner, with ``_merged_ids``."""
    wanted = list(fields)
    found = {record.id: record for record in _rows(client, describes, sobject, "Id", ids, wanted)}
    absorbed: dict[str, list[str]] = {}
    for record in found.values():
        if record.deleted and record.fields.get("_master_id"):
            absorbed.setdefault(str(record.fields["_master_id"]), []).append(record.id)
    unread = [winner for winner in absorbed if winner not in found]
    if unread:
        # A winner may itself have been merged away since; then it brings its own winner.
        found |= {record.id: record for record in by_ids(client, describes, sobject, unread, wanted)}
    live = [record for record in found.values() if not record.deleted]
    return [_with_merged(record, absorbed) for record in live]


def _with_merged(record: Record, absorbed: dict[str, list[str]]) -> Record:
    losers = list(absorbed.get(record.id, ()))
    for loser in record.fields.get("_merged_ids", ()):
        losers += [loser, *absorbed.get(loser, ())]
    if not losers:
        return record
    return replace(record, fields={**record.fields, "_merged_ids": list(dict.fromkeys(losers))})


def by_key(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    field: str,
    values: Iterable[str],
    fields: Iterable[str],
) -> list[Record]:
    """Live records whose ``field`` has one of the values; a value may find several."""
    found = _rows(client, describes, sobject, field, values, [*fields, field])
    return [record for record in found if not record.deleted]


def _rows(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    field: str,
    values: Iterable[str],
    fields: Iterable[str],
) -> list[Record]:
    visible = describes.visible(sobject, [*FACTS, *_real(fields)])
    queries = [(f"queryAll {sobject}", query) for query in soql.selects_in(sobject, visible, field, values)]
    rows = composite.query_all(client, queries)
    return [to_record(sobject, row) for part in rows for row in part]
