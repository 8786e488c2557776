"""What a scripted fault does to batches and pages, and which writes travel inside a composite request.

Only JSON is looked into here; which rule applies is ``sandbox.faults``, and the wire is ``sandbox.asgi``.
"""

from typing import Any, Literal

import orjson

from sandbox.traffic import Vendor

_LISTS = ("inputs", "records", "compositeRequest")


def writes_within(vendor: Vendor, path: str, body: bytes) -> list[tuple[str, str]]:
    """Method and path of every write inside a Salesforce composite request; of any other request none."""
    if vendor != "salesforce" or not path.rstrip("/").endswith("/composite"):
        return []
    asked = _parsed(body)
    subrequests = asked.get("compositeRequest") if isinstance(asked, dict) else None
    if not isinstance(subrequests, list):
        return []
    found = []
    for one in subrequests:
        method = str(one.get("method", "GET")).upper() if isinstance(one, dict) else "GET"
        if method != "GET":
            found.append((method, str(one.get("url", "")).partition("?")[0]))
    return found


def first_half(body: bytes) -> bytes:
    """A batch request with the first half of its records, at least one; any other body as it is."""
    asked = _parsed(body)
    if not isinstance(asked, dict):
        return body
    for name in _LISTS:
        if isinstance(asked.get(name), list) and len(asked[name]) > 1:
            return orjson.dumps({**asked, name: asked[name][: len(asked[name]) // 2]})
    return body


def rearranged(body: bytes, how: Literal["reversed", "repeated"]) -> bytes:
    """A reply with the records of its pages in another order, or with the last of each page twice."""
    answer = _parsed(body)
    if not isinstance(answer, dict):
        return body
    pages = [answer, *(one.get("body") for one in answer.get("compositeResponse") or ())]
    for page in pages:
        for name in ("results", "records"):
            if isinstance(page, dict) and isinstance(page.get(name), list) and page[name]:
                rows = page[name]
                page[name] = rows[::-1] if how == "reversed" else [*rows, rows[-1]]
    return orjson.dumps(answer)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
