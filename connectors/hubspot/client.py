"""One HTTP call to HubSpot: the kept API object, timeouts, budget, retries, and errors made ours.

Knows nothing of objects and properties; every other module here calls ``HubSpotClient.call``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import hubspot
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from connectors.budget import CallBudget, Window
from connectors.errors import AuthError, ConfigError, PermanentError, RetryableError
from connectors.hubspot.errors import classify
from connectors.redaction import quiet_wire_logs, remember_secrets
from connectors.results import ApiUsage
from connectors.retry import Retrier, Safety
from connectors.transport_security import ca_bundle, is_loopback, url_problem

DEFAULT_BASE_URL = "https://api.hubapi.com"
BURST = Window(calls=100, seconds=10.0)
SEARCH = Window(calls=4, seconds=1.0)
_ANY_2XX = dict.fromkeys((200, 201, 202, 207), "object")
_NEVER_SENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


def hubspot_budget() -> CallBudget:
    """The smallest tier's limits; the first reply's headers widen them."""
    return CallBudget("hubspot", {"burst": BURST, "search": SEARCH}, margin_share=0.05)


class HubSpotClient:
    """Calls HubSpot and answers with plain dictionaries. Safe to share between threads.

    Args:
        access_token: a private app's, service key's or OAuth access token.
        base_url: for another host than HubSpot's; plain http is refused except for a loopback host.
        timeout_s: connect and read, in seconds.
    """

    def __init__(
        self,
        access_token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        retrier: Retrier | None = None,
        budget: CallBudget | None = None,
        timeout_s: tuple[float, float] = (5.0, 60.0),
    ) -> None:
        if wrong := url_problem(base_url):
            raise ConfigError([f"HubSpot base URL (ACCORD_HUBSPOT_URL) {wrong}"])
        if not access_token:
            raise ConfigError(["HubSpot access token is empty: set it to the private app's token"])
        remember_secrets(access_token)
        quiet_wire_logs()
        client = hubspot.Client.create(
            access_token=access_token,
            host=base_url.rstrip("/"),
            base_url=base_url.rstrip("/"),
            # The client's own three repeats would multiply timeouts and hide the vendor's reply.
            retry=urllib3.Retry(total=False, redirect=False),
            connection_pool_maxsize=16,
            ssl_ca_cert=ca_bundle(),
            proxy=_proxy(base_url),
        )
        # Each access of `.basic_api` opens a new connection pool, so one is kept for everything.
        self._api = client.crm.objects.basic_api.api_client
        self._api.set_default_header("Accept-Encoding", "gzip")
        self._token = access_token
        self._retrier = retrier or Retrier()
        self._budget = budget or hubspot_budget()
        self._timeout_s = timeout_s

    @property
    def retrier(self) -> Retrier:
        """The waits, for callers that repeat part of a call."""
        return self._retrier

    def usage(self) -> ApiUsage:
        """Calls made since construction."""
        return self._budget.usage()

    def call(
        self,
        method: str,
        path: str,
        *,
        endpoint: str,
        body: Mapping[str, Any] | Sequence[Any] | None = None,
        query: Sequence[tuple[str, str]] = (),
        safety: Safety = Safety.READ,
        search: bool = False,
        urgent: bool = False,
    ) -> dict[str, Any]:
        """The reply's JSON object; ``{}`` for an empty one.

        Args:
            path: with all values percent-encoded already.
            endpoint: the path as a template, for counting and messages.

        Raises:
            ConnectorError: of the class that says what to do next.
        """
        operation = f"{method} {endpoint}"
        # Searches count against their own lane and, to be safe, against the burst too.
        lanes = ("burst", "search") if search else ("burst",)

        def once() -> dict[str, Any]:
            self._budget.acquire(operation, lanes, urgent=urgent)
            return self._once(operation, method, path, body, query)

        return self._retrier.call(once, safety)

    def _once(
        self,
        operation: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | Sequence[Any] | None,
        query: Sequence[tuple[str, str]],
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            data, status, replied = self._api.call_api(
                path,
                method,
                {},
                list(query),
                headers,
                body=body,
                response_types_map=_ANY_2XX,
                auth_settings=["oauth2"],
                _return_http_data_only=False,
                _request_timeout=self._timeout_s,
            )
        except HTTPError as error:
            _raise_transport(operation, error)
        except Exception as error:
            # Every package of the client has its own ApiException with no common base of theirs; handling one
            # without a body (a refused certificate), the client stumbles and raises another error over it.
            reply = error if hasattr(error, "status") else error.__context__
            status, body_told = getattr(reply, "status", None), getattr(reply, "body", None)
            if status is None or not hasattr(reply, "body"):
                raise
            if status == 0:
                raise PermanentError(
                    "hubspot",
                    operation,
                    code="TLS",
                    message=str(getattr(reply, "reason", "")),
                    remedy="Check the certificate store and any proxy between here and HubSpot.",
                ) from None
            told = getattr(reply, "headers", None)
            self._observe(told or {})
            raise classify(operation, int(status), body_told, told, sent=body) from None
        self._observe(replied)
        if data is None or data == "":
            return {}
        if not isinstance(data, dict):
            # A proxy's page under a 200: the call may or may not have reached HubSpot.
            raise RetryableError(
                "hubspot",
                operation,
                status=status,
                code="NOT_JSON",
                message="the reply is not a JSON object",
                sent=True,
                remedy="Check for a proxy that answers in HubSpot's place.",
            )
        return data

    def _observe(self, headers: Mapping[str, str]) -> None:
        def number(name: str) -> int | None:
            text = headers.get(name)
            return int(text) if text and text.isdigit() else None

        most, interval_ms = (
            number("X-HubSpot-RateLimit-Max"),
            number("X-HubSpot-RateLimit-Interval-Milliseconds"),
        )
        if most and interval_ms:
            self._budget.resize("burst", Window(calls=most, seconds=interval_ms / 1000))
        self._budget.observe_daily(
            limit=number("X-HubSpot-RateLimit-Daily"), remaining=number("X-HubSpot-RateLimit-Daily-Remaining")
        )

    def app_id(self) -> str | None:
        """The id under which HubSpot's history names our writes, or None if the token does not tell it.

        Raises:
            AuthError: the token is not accepted.
        """
        info = self._token_info()
        found = info.get("appId") or info.get("app_id")
        return str(found) if found is not None else None

    def scopes(self) -> frozenset[str] | None:
        """The scopes that the app was granted, or None if the token does not tell them.

        Raises:
            AuthError: the token is not accepted.
        """
        found = self._token_info().get("scopes")
        return frozenset(str(scope) for scope in found) if isinstance(found, list) else None

    def _token_info(self) -> dict[str, Any]:
        """What HubSpot tells of the token; ``{}`` if nothing."""
        questions = [self._ask_private_app, self._ask_oauth]
        if not self._token.startswith("pat-"):
            questions.reverse()
        refusal: AuthError | None = None
        for question in questions:
            try:
                return question()
            except AuthError as error:
                # Each endpoint refuses the other kind of token as if it were wrong.
                refusal = refusal or error
            except PermanentError as error:
                if error.status not in (400, 403, 404):
                    raise
        if refusal is not None:
            raise refusal
        return {}

    def _ask_private_app(self) -> dict[str, Any]:
        path = "/oauth/v2/private-apps/get/access-token-info"
        return self.call("POST", path, endpoint=path, body={"tokenKey": self._token})

    def _ask_oauth(self) -> dict[str, Any]:
        endpoint = "/oauth/v1/access-tokens/{token}"
        return self.call("GET", endpoint.replace("{token}", quote(self._token, safe="")), endpoint=endpoint)


def _proxy(base_url: str) -> str | None:
    host = str(urlsplit(base_url).hostname)
    return None if is_loopback(host) or proxy_bypass(host) else getproxies().get("https")


def _raise_transport(operation: str, error: HTTPError) -> NoReturn:
    # Their own texts quote the path, which may hold an address or a token: they are not chained.
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason is not None else error
    sent = not isinstance(cause, _NEVER_SENT)
    raise RetryableError(
        "hubspot",
        operation,
        code=type(cause).__name__,
        message="no reply" if sent else "no connection",
        sent=sent,
        remedy="Check the network and HubSpot's status page.",
    ) from None
