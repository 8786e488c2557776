"""One call to Salesforce's REST API: session, budget, retries, and errors made ours.

Knows nothing of objects and fields; every other module here calls ``SalesforceClient.call``.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from connectors.budget import CallBudget
from connectors.errors import PermanentError, RetryableError, SessionExpiredError
from connectors.results import ApiUsage
from connectors.retry import Retrier, Safety
from connectors.salesforce import soap
from connectors.salesforce.errors import classify
from connectors.salesforce.login import SalesforceCredentials, Session, SessionKeeper
from connectors.salesforce.transport import new_session

API_VERSION = "62.0"
CLIENT_NAME = "Accord"
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class SalesforceClient:
    """Calls one Salesforce org and answers with parsed JSON. Safe to share between threads.

    Args:
        timeout_s: connect and read, in seconds; queries may run for two minutes.
        version: API version without "v"; SOAP login needs one below 65.
    """

    def __init__(
        self,
        credentials: SalesforceCredentials,
        *,
        retrier: Retrier | None = None,
        budget: CallBudget | None = None,
        timeout_s: tuple[float, float] = (5.0, 130.0),
        version: str = API_VERSION,
    ) -> None:
        self.version = version
        self._retrier = retrier or Retrier()
        # Salesforce limits the rolling day, not the burst.
        self._budget = budget or CallBudget("salesforce", {})
        self._http = new_session(
            timeout_s=timeout_s,
            login_netloc=credentials.host if credentials.loopback else None,
            observe=self._observe,
            client_name=CLIENT_NAME,
        )
        self._keeper = SessionKeeper(credentials, self._http, version=version)
        self._lock = threading.Lock()
        self._bound: tuple[Session, Salesforce] | None = None

    @property
    def retrier(self) -> Retrier:
        """The waits, for callers that repeat part of a call."""
        return self._retrier

    @property
    def data_path(self) -> str:
        """The path under which composite subrequests name their resources."""
        return f"/services/data/v{self.version}/"

    def usage(self) -> ApiUsage:
        """Calls made since construction."""
        return self._budget.usage()

    def call(
        self,
        method: str,
        path: str,
        *,
        endpoint: str,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        safety: Safety = Safety.READ,
        urgent: bool = False,
    ) -> Any:
        """The reply's JSON, or None for an empty one.

        Args:
            path: relative to ``data_path``, without a leading slash.
            endpoint: the path as a template, for counting and messages.

        Raises:
            ConnectorError: of the class that says what to do next.
        """
        operation = f"{method} {endpoint}"

        def request(salesforce: Salesforce) -> Any:
            return salesforce.restful(
                path,
                params=dict(params) if params else None,
                method=method,
                json=json,
                headers=dict(headers or {}),
            )

        return self._run(operation, request, safety, urgent=urgent, sent=json)

    def undelete(self, record_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Take records out of the recycle bin, 200 at most; one reply for each, as collections give them.

        Raises:
            ConnectorError: of the class that says what to do next.
        """
        return list(
            self._run(
                "SOAP undelete",
                lambda salesforce: soap.undelete(salesforce, record_ids),
                Safety.UNSAFE_WRITE,
                urgent=False,
            )
        )

    def bin_link(self) -> str:
        """Where people see the recycle bin."""
        return f"https://{self._keeper.current().instance_host}/lightning/o/DeleteEvent/home"

    def user_info(self) -> dict[str, Any]:
        """Who the session belongs to: ``user_id``, ``organization_id`` and more."""
        found = self._run(
            "GET oauth2/userinfo", lambda salesforce: salesforce.oauth2("userinfo"), Safety.READ, urgent=False
        )
        return dict(found)

    def _run(self, operation: str, request: Any, safety: Safety, *, urgent: bool, sent: object = None) -> Any:
        def once() -> Any:
            self._budget.acquire(operation, (), urgent=urgent)
            session, salesforce = self._salesforce()
            try:
                answer = _translated(operation, lambda: request(salesforce), sent)
            except SessionExpiredError as error:
                self._keeper.renew(session, error)
                raise
            self._keeper.worked()
            return answer

        return self._retrier.call(once, safety)

    def _salesforce(self) -> tuple[Session, Salesforce]:
        session = self._keeper.current()
        with self._lock:
            if self._bound is None or self._bound[0].generation != session.generation:
                # Without a login of its own the client never repeats a call: it would lose our headers,
                # and on some paths it would log in without end.
                made = Salesforce(
                    session_id=session.session_id,
                    instance=session.instance_host,
                    session=self._http,
                    version=self.version,
                    object_pairs_hook=dict,
                )
                self._bound = (session, made)
            return self._bound

    def _observe(self, headers: Mapping[str, str]) -> None:
        found = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
        if found:
            used, limit = int(found.group(1)), int(found.group(2))
            self._budget.observe_daily(limit=limit, remaining=max(0, limit - used))


def _translated(operation: str, request: Any, sent: object) -> Any:
    try:
        return request()
    except SalesforceError as error:
        raise classify(operation, int(error.status), error.content, sent=sent) from None
    except requests.exceptions.SSLError as error:
        raise PermanentError(
            "salesforce",
            operation,
            code="TLS",
            message=str(error),
            remedy="Check the certificate store and any proxy between here and Salesforce.",
        ) from None
    except requests.exceptions.JSONDecodeError:
        raise RetryableError(
            "salesforce",
            operation,
            code="NOT_JSON",
            message="the reply is not JSON",
            sent=True,
            remedy="Check for a proxy that answers in Salesforce's place.",
        ) from None
    except requests.exceptions.RequestException as error:
        _raise_transport(operation, error)


def _raise_transport(operation: str, error: requests.exceptions.RequestException) -> NoReturn:
    # Their own texts quote the URL, which may hold a query with values: they are not chained.
    cause: object = error.args[0] if error.args else error
    if isinstance(cause, MaxRetryError) and cause.reason is not None:
        cause = cause.reason
    never_sent = isinstance(cause, (NewConnectionError, ConnectTimeoutError, NameResolutionError))
    raise RetryableError(
        "salesforce",
        operation,
        code=type(cause if isinstance(cause, Exception) else error).__name__,
        message="no connection" if never_sent else "no reply",
        sent=not never_sent,
        remedy="Check the network and Salesforce's status page.",
    ) from None
