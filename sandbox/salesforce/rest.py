"""Which handler answers which path below ``/services/data/vNN.N/``.

Bulk API 2.0 would join here as ``jobs/ingest`` and ``jobs/query``.
"""

from collections.abc import Mapping

from sandbox.salesforce import (
    describe,
    routes_collections,
    routes_composite,
    routes_org,
    routes_query,
    routes_records,
    routes_tooling,
)
from sandbox.salesforce.calls import Call, Handler, Reply, fault_reply
from sandbox.salesforce.errors import SalesforceFault, not_found

_Methods = Mapping[str, Handler]


def _composite(call: Call) -> Reply:
    return routes_composite.composite(call, dispatch)


def _batch(call: Call) -> Reply:
    return routes_composite.batch(call, dispatch)


# The longest literal match wins: paths are tried in this order, and ``*`` takes any one segment.
_ROUTES: tuple[tuple[str, _Methods], ...] = (
    ("", {"GET": routes_org.resources}),
    ("limits", {"GET": routes_org.limits}),
    ("limits/recordcount", {"GET": routes_org.record_count}),
    ("query", {"GET": routes_query.query}),
    ("query/*", {"GET": routes_query.next_page}),
    ("queryall", {"GET": routes_query.query_all}),
    ("queryall/*", {"GET": routes_query.next_page}),
    ("composite", {"POST": _composite}),
    ("composite/batch", {"POST": _batch}),
    (
        "composite/sobjects",
        {
            "POST": routes_collections.create,
            "PATCH": routes_collections.update,
            "DELETE": routes_collections.delete,
        },
    ),
    ("composite/sobjects/*", {"GET": routes_collections.retrieve, "POST": routes_collections.retrieve}),
    ("composite/sobjects/*/*", {"PATCH": routes_collections.upsert_all}),
    ("tooling/query", {"GET": routes_query.tooling_query}),
    ("tooling/query/*", {"GET": routes_query.next_page}),
    ("tooling/sobjects", {"GET": describe.global_list}),
    ("tooling/sobjects/*", {"GET": describe.basic_info, "POST": routes_tooling.create}),
    ("tooling/sobjects/*/describe", {"GET": describe.describe}),
    (
        "tooling/sobjects/*/*",
        {"GET": routes_tooling.read, "PATCH": routes_tooling.update, "DELETE": routes_tooling.delete},
    ),
    ("sobjects", {"GET": describe.global_list}),
    ("sobjects/*", {"GET": describe.basic_info, "HEAD": describe.basic_info, "POST": routes_records.create}),
    ("sobjects/*/describe", {"GET": describe.describe}),
    ("sobjects/*/updated", {"GET": routes_records.updated}),
    ("sobjects/*/deleted", {"GET": routes_records.deleted_records}),
    (
        "sobjects/*/id",
        {"GET": describe.basic_info, "HEAD": describe.basic_info, "POST": routes_records.create},
    ),
    (
        "sobjects/*/*",
        {"GET": routes_records.read, "PATCH": routes_records.update, "DELETE": routes_records.delete},
    ),
    (
        "sobjects/*/*/*",
        {
            "GET": routes_records.read_by_key,
            "PATCH": routes_records.upsert_by_key,
            "DELETE": routes_records.delete_by_key,
        },
    ),
)
_BY_LENGTH: dict[int, list[tuple[tuple[str, ...], _Methods]]] = {}
for _pattern, _methods in _ROUTES:
    _segments = tuple(_pattern.split("/")) if _pattern else ()
    _BY_LENGTH.setdefault(len(_segments), []).append((_segments, _methods))


def dispatch(call: Call) -> Reply:
    """Answer a call; faults become their replies."""
    try:
        return _answer(call)
    except SalesforceFault as fault:
        return fault_reply(fault)


def _answer(call: Call) -> Reply:
    for pattern, methods in _BY_LENGTH.get(len(call.path), ()):
        arguments = _match(pattern, call.path)
        if arguments is None:
            continue
        handler = methods.get(call.method)
        if handler is None:
            allowed = ",".join(sorted(methods))
            text = f"HTTP Method '{call.method}' not allowed. Allowed are {allowed}"
            raise SalesforceFault("METHOD_NOT_ALLOWED", text, status_code=405)
        return handler(call, *arguments)
    raise not_found()


def _match(pattern: tuple[str, ...], path: tuple[str, ...]) -> list[str] | None:
    found: list[str] = []
    for wanted, given in zip(pattern, path, strict=True):
        if wanted == "*":
            found.append(given)
        elif wanted != given.lower():
            return None
    return found
