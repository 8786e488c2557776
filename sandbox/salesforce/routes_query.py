"""query, queryAll, their next pages, and the Tooling API's query."""

import re
from typing import Any

from sandbox.salesforce.calls import Call, Reply
from sandbox.salesforce.cursors import MOST_ROWS
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.query import Runner

_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


def query(call: Call) -> Reply:
    """``GET query?q=``: live rows."""
    return _run(call, everything=False, tooling=False)


def query_all(call: Call) -> Reply:
    """``GET queryAll?q=``: deleted, merged and archived rows too."""
    return _run(call, everything=True, tooling=False)


def tooling_query(call: Call) -> Reply:
    """``GET tooling/query?q=``."""
    return _run(call, everything=False, tooling=True)


def _run(call: Call, *, everything: bool, tooling: bool) -> Reply:
    text = call.params.get("q")
    if not text:
        raise SalesforceFault("MALFORMED_QUERY", "SOQL statement is missing: parameter q")
    root = call.root + "/tooling" if tooling else call.root
    runner = Runner(call.org, call.user_id, root, everything=everything, tooling=tooling)
    answer = runner.run(text)
    found = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    page: dict[str, Any] = call.org.cursors.first_page(answer, root, int(found[1]) if found else MOST_ROWS)
    if tooling:
        page |= {"size": len(page["records"]), "queryLocator": None, "entityTypeName": answer.sobject}
    return Reply(200, page)


def next_page(call: Call, locator: str) -> Reply:
    """``GET query/<locator>``, or the Tooling API's."""
    root = call.root + "/tooling" if call.path[0].lower() == "tooling" else call.root
    return Reply(200, call.org.cursors.next_page(locator, root))
