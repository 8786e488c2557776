"""Getting and renewing a Salesforce session: client credentials, SOAP login, or a session given from outside.

One session is shared by all threads; a renewal happens once however many notice that it is over, and never
without end.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from connectors.errors import AuthError, ConfigError, RetryableError, SessionExpiredError
from connectors.redaction import quiet_wire_logs, remember_secrets
from connectors.salesforce.transport import LOOPBACK_DOMAIN
from connectors.transport_security import is_loopback, url_problem

_MOST_FRUITLESS_LOGINS = 3
_SHARED_LOGIN_HOSTS = {"login.salesforce.com", "test.salesforce.com"}
_SUFFIX = ".salesforce.com"


@dataclass(frozen=True, slots=True)
class SalesforceCredentials:
    """One complete way in; secrets stay out of ``repr``.

    Attributes:
        login_url: the org's My Domain (``https://acme.my.salesforce.com``), or for SOAP login also
            ``https://login.salesforce.com``; plain http only for this machine.
        client_id, client_secret: client-credentials flow.
        username, password, security_token: SOAP login (API versions below 65).
        session_id: a session from elsewhere, with ``login_url`` as its instance; it cannot be renewed.
    """

    login_url: str
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security_token: str | None = field(default=None, repr=False)
    session_id: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """``host[:port]`` of the login URL."""
        return urlsplit(self.login_url).netloc

    @property
    def loopback(self) -> bool:
        """Whether the login URL is this machine."""
        return is_loopback(urlsplit(self.login_url).hostname)

    def problems(self) -> list[str]:
        """What is wrong with these settings, each with its remedy; empty if nothing is."""
        found = []
        url = urlsplit(self.login_url)
        if wrong := url_problem(self.login_url):
            found.append(f"Salesforce login URL (ACCORD_SALESFORCE_URL) {wrong}")
        away = bool(url.hostname) and not self.loopback and self.session_id is None
        if away and not str(url.hostname).endswith(_SUFFIX):
            found.append(
                f"Salesforce login URL (ACCORD_SALESFORCE_URL) {url.hostname}: use the org's My Domain, "
                "https://<domain>.my.salesforce.com"
            )
        ways = [self.session_id, self.client_id and self.client_secret, self._soap]
        if not any(ways):
            found.append(
                "Salesforce credentials are incomplete: set the client id and secret of the connected app, "
                "or username, password and security token, or a session id"
            )
        elif not self._soap and self.session_id is None and self.host in _SHARED_LOGIN_HOSTS:
            found.append(
                f"Salesforce login URL: {self.host} refuses client credentials; use the org's My Domain"
            )
        return found

    @property
    def _soap(self) -> bool:
        return bool(self.username and self.password and self.security_token is not None)


@dataclass(frozen=True, slots=True)
class Session:
    """One session; ``generation`` counts renewals."""

    session_id: str
    instance_host: str
    generation: int


class SessionKeeper:
    """Hands out the current session and renews it under a lock, a bounded number of times in vain."""

    def __init__(self, credentials: SalesforceCredentials, http: requests.Session, *, version: str) -> None:
        problems = credentials.problems()
        if problems:
            raise ConfigError(problems)
        remember_secrets(
            credentials.client_secret,
            credentials.password,
            credentials.security_token,
            credentials.session_id,
        )
        quiet_wire_logs()
        self._credentials = credentials
        self._http = http
        self._version = version
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._fruitless = 0

    def current(self) -> Session:
        """The session, logging in if there is none.

        Raises:
            AuthError, RetryableError: the login failed.
        """
        with self._lock:
            if self._session is None:
                self._session = self._login(generation=0)
            return self._session

    def worked(self) -> None:
        """A call succeeded: the session is good."""
        self._fruitless = 0

    def renew(self, expired: Session, reason: SessionExpiredError) -> None:
        """Replace ``expired`` unless another thread already has.

        Raises:
            AuthError: renewing does not help, or cannot be done.
        """
        with self._lock:
            if self._session is not None and self._session.generation != expired.generation:
                return
            if self._credentials.session_id is not None:
                raise self._refusal(reason, "Give a new session id, or credentials that can log in.")
            if self._fruitless >= _MOST_FRUITLESS_LOGINS:
                remedy = f"{self._fruitless} new sessions were refused: check the connected app's policies."
                raise self._refusal(reason, remedy)
            self._fruitless += 1
            self._session = self._login(generation=expired.generation + 1)

    def _refusal(self, reason: SessionExpiredError, remedy: str) -> AuthError:
        return AuthError(
            "salesforce",
            reason.operation,
            status=reason.status,
            code=reason.code,
            message=reason.message,
            remedy=remedy,
        )

    def _login(self, *, generation: int) -> Session:
        given = self._credentials
        if given.session_id is not None:
            return Session(given.session_id, given.host, generation)
        domain = LOOPBACK_DOMAIN if given.loopback else given.host.removesuffix(_SUFFIX)
        arguments: dict[str, Any] = {"session": self._http, "sf_version": self._version, "domain": domain}
        if given.client_id and given.client_secret:
            arguments |= {"consumer_key": given.client_id, "consumer_secret": given.client_secret}
        else:
            arguments |= {
                "username": given.username,
                "password": given.password,
                "security_token": given.security_token,
            }
        session_id, host = _logged_in(lambda: SalesforceLogin(**arguments))
        remember_secrets(session_id)
        return Session(session_id, self._repaired(host), generation)

    def _repaired(self, host: str) -> str:
        """The instance's host: the client leaves a trailing slash on it, and cuts ``-api`` out of it."""
        host = host.rstrip("/")
        own = self._credentials.host
        return own if "-api" in own and own.replace("-api", "") == host else host


def _logged_in(login: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    operation = "POST login"
    try:
        return login()
    except SalesforceAuthenticationFailed as error:
        code = str(error.code or "")
        text = str(error.auth_message or "")
        if code.isdigit() and int(code) >= 500:
            raise RetryableError(
                "salesforce",
                operation,
                status=int(code),
                code="LOGIN_UNAVAILABLE",
                remedy="Check Salesforce's status page.",
            ) from None
        raise AuthError(
            "salesforce",
            operation,
            code=code,
            message=text,
            remedy="Check the Salesforce client id and secret, or username, password and security token.",
        ) from None
    except requests.exceptions.RequestException as error:
        raise RetryableError(
            "salesforce",
            operation,
            code=type(error).__name__,
            message="no reply from the login server",
            remedy="Check the login URL and the network.",
        ) from None
