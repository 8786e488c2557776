"""Several GET requests in one API call. Which queries to run and what rows mean is not decided here."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

from connectors.chunking import chunks
from connectors.errors import ConnectorError, RetryableError
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.errors import classify

MOST_QUERIES = 5
MOST_REQUESTS = 25


def query_url(client: SalesforceClient, soql: str) -> str:
    """The resource of a query that also sees deleted, merged and archived rows."""
    return f"{client.data_path}queryAll/?q={quote_plus(soql)}"


def get_each(
    client: SalesforceClient, resources: Sequence[tuple[str, str]], *, at_most: int = MOST_QUERIES
) -> list[Any | ConnectorError]:
    """Bodies in the order of ``resources``, ``at_most`` to a call; a failed one's place holds its error.

    Args:
        resources: ``(endpoint template, URL path)``.
    """
    answers: list[Any | ConnectorError] = []
    for part in chunks(resources, at_most):
        answers.extend(_patiently(client, part))
    return answers


def _patiently(client: SalesforceClient, resources: Sequence[tuple[str, str]]) -> list[Any | ConnectorError]:
    answers: dict[int, Any | ConnectorError] = {}
    pending = list(range(len(resources)))
    for attempt in range(1, client.retrier.policy.attempts + 1):
        answers.update(zip(pending, _once(client, [resources[at] for at in pending]), strict=True))
        pending = [at for at in pending if isinstance(answers[at], RetryableError)]
        if not pending:
            break
        if attempt < client.retrier.policy.attempts:
            client.retrier.pause(attempt)
    return [answers[at] for at in range(len(resources))]


def _once(client: SalesforceClient, resources: Sequence[tuple[str, str]]) -> list[Any | ConnectorError]:
    body = {
        "allOrNone": False,
        "compositeRequest": [
            {"method": "GET", "url": url, "referenceId": f"r{number}"}
            for number, (_, url) in enumerate(resources)
        ],
    }
    answer = client.call("POST", "composite", endpoint="composite", json=body)
    found: list[Any | ConnectorError] = []
    for (endpoint, _), reply in zip(resources, answer["compositeResponse"], strict=True):
        status = int(reply["httpStatusCode"])
        good = 200 <= status < 300
        found.append(reply["body"] if good else classify(f"GET {endpoint}", status, reply["body"]))
    return found


def query_all(client: SalesforceClient, queries: Sequence[tuple[str, str]]) -> list[list[dict[str, Any]]]:
    """All rows of each ``(endpoint template, SOQL)``, in order, up to five queries to an API call.

    Raises:
        ConnectorError: one of the queries failed.
    """
    rows: list[list[dict[str, Any]]] = [[] for _ in queries]
    pending = [(at, endpoint, query_url(client, soql)) for at, (endpoint, soql) in enumerate(queries)]
    while pending:
        answers = get_each(client, [(endpoint, url) for _, endpoint, url in pending])
        following = []
        for (at, endpoint, _), answer in zip(pending, answers, strict=True):
            if isinstance(answer, ConnectorError):
                raise answer
            rows[at].extend(answer["records"])
            if not answer.get("done", True) and answer.get("nextRecordsUrl"):
                following.append((at, endpoint, str(answer["nextRecordsUrl"])))
        pending = following
    return rows
