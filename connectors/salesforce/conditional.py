"""Updates of Salesforce records that tell what they replace: nobody's edit made since we read is lost unseen.

One composite call queries the rows and then updates them. Up to 24 rows are updated one by one, each only if
unmodified since it was read (at whole seconds, which the query beside it makes good); more go as one collection,
and what the query found just before it says whose edit each of them replaced.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from connectors.paths import salesforce_id
from connectors.results import Overtaken, RecordWrite
from connectors.retry import Safety
from connectors.salesforce import composite, soql
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import classify
from connectors.salesforce.records import flat, holds, moment, wire_value
from connectors.salesforce.schema import Describes

MOST_ALONE = 24
MODIFIED = "MODIFIED_SINCE"
_TOLD = ("Id", "LastModifiedDate", "LastModifiedById")
_TRIES = 3
Row = Mapping[str, Any]
Reply = dict[str, Any]


def wanted(operation: str, writes: Sequence[RecordWrite]) -> bool:
    """Whether these are updates whose caller knows what they replace."""
    return operation == "update" and all(write.expected is not None for write in writes)


def answers(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    writes: Sequence[RecordWrite],
    *,
    urgent: bool,
) -> list[tuple[RecordWrite, Reply]]:
    """Each write with a reply as a collection gives it; ``overtaken`` in it: the edits that it replaced.

    Raises:
        ConnectorError: the call failed in a way that says nothing about single records.
    """
    if len(writes) > MOST_ALONE:
        return _together(client, describes, sobject, writes, urgent)
    settled: dict[str, Reply] = {}
    pending = {write.key: (write, write.unmodified_since) for write in writes}
    for _ in range(_TRIES):
        rows, replies = _one_by_one(client, describes, sobject, list(pending.values()), urgent)
        for key, (write, _since) in list(pending.items()):
            reply, row = replies[key], rows.get(_short(write.record_id))
            if reply.get("modified") and row is not None and not _moved(write, row):
                # Something else of the record was changed; ours may still be written to what it is now.
                pending[key] = (write, moment(str(row["LastModifiedDate"])))
                continue
            settled[key] = {**reply, "overtaken": _moved(write, row)} if row and reply["success"] else reply
            del pending[key]
        if not pending:
            break
    settled |= {key: _refusal(MODIFIED, "the record is being changed again and again") for key in pending}
    return [(write, settled[write.key]) for write in writes]


def _one_by_one(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    writes: Sequence[tuple[RecordWrite, datetime | None]],
    urgent: bool,
) -> tuple[dict[str, Row], dict[str, Reply]]:
    requests = [_query(client, describes, sobject, [write for write, _ in writes])]
    for number, (write, since) in enumerate(writes):
        request: Reply = {
            "method": "PATCH",
            "url": f"{client.data_path}sobjects/{sobject}/{salesforce_id(str(write.record_id), 'PATCH sobjects')}",
            "referenceId": f"w{number}",
            "body": {name: wire_value(value) for name, value in write.fields.items()},
        }
        if since is not None:
            stamp = format_datetime(since.astimezone(UTC), usegmt=True)
            request["httpHeaders"] = {"If-Unmodified-Since": stamp}
        requests.append(request)
    first, *others = _call(client, sobject, requests, urgent)
    return _rows(first), {
        write.key: _reply(write, one) for (write, _), one in zip(writes, others, strict=True)
    }


def _together(
    client: SalesforceClient,
    describes: Describes,
    sobject: str,
    writes: Sequence[RecordWrite],
    urgent: bool,
) -> list[tuple[RecordWrite, Reply]]:
    records = [
        {
            "attributes": {"type": sobject},
            "id": write.record_id,
            **{name: wire_value(value) for name, value in write.fields.items()},
        }
        for write in writes
    ]
    update = {
        "method": "PATCH",
        "url": f"{client.data_path}composite/sobjects",
        "referenceId": "w",
        "body": {"allOrNone": False, "records": records},
    }
    first, second = _call(client, sobject, [_query(client, describes, sobject, writes), update], urgent)
    status = int(second["httpStatusCode"])
    if status >= 300:
        raise classify(f"PATCH composite/sobjects {sobject}", status, second["body"], sent=records)
    rows = _rows(first)
    answered = []
    for write, reply in zip(writes, second["body"], strict=True):
        row = rows.get(_short(write.record_id))
        answered.append((write, {**reply, "overtaken": _moved(write, row) if row else {}}))
    return answered


def _query(
    client: SalesforceClient, describes: Describes, sobject: str, writes: Sequence[RecordWrite]
) -> Reply:
    names = sorted({name for write in writes for name in write.expected or ()})
    fields = describes.visible(sobject, list(dict.fromkeys([*_TOLD, *names])))
    ids = [str(write.record_id) for write in writes]
    (query,) = soql.selects_in(sobject, fields, "Id", ids)
    return {"method": "GET", "url": composite.query_url(client, query), "referenceId": "before"}


def _call(client: SalesforceClient, sobject: str, requests: Sequence[Reply], urgent: bool) -> list[Reply]:
    answer = client.call(
        "POST",
        "composite",
        endpoint=f"composite update {sobject}",
        json={"allOrNone": False, "compositeRequest": list(requests)},
        safety=Safety.UNSAFE_WRITE,
        urgent=urgent,
    )
    return list(answer["compositeResponse"])


def _rows(reply: Reply) -> dict[str, Row]:
    if int(reply["httpStatusCode"]) >= 300:
        # The updates were carried out all the same; only what they replaced is not known.
        return {}
    return {_short(row["Id"]): flat(row) for row in reply["body"]["records"]}


def _short(record_id: Any) -> str:
    return str(record_id)[:15]


def _reply(write: RecordWrite, reply: Reply) -> Reply:
    status = int(reply["httpStatusCode"])
    if status < 300:
        return {"id": write.record_id, "success": True, "errors": []}
    if status == 412:
        return {**_refusal(MODIFIED, "somebody changed the record meanwhile"), "modified": True}
    return {"success": False, "errors": reply["body"]}


def _refusal(code: str, message: str) -> Reply:
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": []}]}


def _moved(write: RecordWrite, row: Row) -> dict[str, Overtaken]:
    """The fields that somebody has set to something else than we knew and mean to write."""
    at, actor = moment(str(row["LastModifiedDate"])), row.get("LastModifiedById")
    return {
        name: Overtaken(row[name], at, actor)
        for name, before in (write.expected or {}).items()
        if name in row and not holds(before, row[name]) and not holds(write.fields.get(name), row[name])
    }
