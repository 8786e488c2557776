"""The one adapter through which all of simple-salesforce's traffic goes: timeouts, plain http on this machine
only, and the usage header. Sessions and logins are ``login.py``.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

import requests
from requests.adapters import HTTPAdapter

from connectors.transport_security import ca_bundle, is_loopback

# simple-salesforce can only log in at https://<domain>.salesforce.com; on a loopback server this name is used
# and never leaves the machine.
LOOPBACK_DOMAIN = "loopback.invalid"
_LOOPBACK_LOGIN_HOST = f"{LOOPBACK_DOMAIN}.salesforce.com"


class GuardedAdapter(HTTPAdapter):
    """Gives every request a timeout (the client sets none) and keeps plain http to loopback hosts.

    Args:
        login_netloc: ``host:port`` of a loopback login server, or None.
        observe: receives each reply's headers.
    """

    def __init__(
        self,
        *,
        timeout_s: tuple[float, float],
        login_netloc: str | None,
        observe: Callable[[Mapping[str, str]], None],
    ) -> None:
        self._timeout_s = timeout_s
        self._login_netloc = login_netloc
        self._observe = observe
        super().__init__(pool_maxsize=16)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send over https with verification; a loopback host over http."""
        url = urlsplit(str(request.url))
        netloc = url.netloc
        if url.hostname == _LOOPBACK_LOGIN_HOST and self._login_netloc is not None:
            netloc = self._login_netloc
        host = urlsplit(f"//{netloc}").hostname
        if is_loopback(host):
            request.url = urlunsplit(("http", netloc, url.path, url.query, ""))
            proxies = None
        elif url.scheme != "https":
            raise requests.exceptions.InvalidSchema(f"plain http to {host} is refused")
        response = super().send(
            request,
            stream=stream,
            timeout=timeout or self._timeout_s,
            # A bundle of certificates may be named; verification is never off.
            verify=verify or True,
            cert=cert,
            proxies=proxies,
        )
        self._observe(response.headers)
        return response


def new_session(
    *,
    timeout_s: tuple[float, float],
    login_netloc: str | None,
    observe: Callable[[Mapping[str, str]], None],
    client_name: str,
) -> requests.Session:
    """A requests session with the adapter and the headers that every call must carry.

    simple-salesforce drops a caller's headers when it repeats a call; the session's own survive.
    """
    session = requests.Session()
    # Keeps ~/.netrc from replacing the Authorization header.
    session.trust_env = False
    session.proxies.update(getproxies())
    session.verify = ca_bundle() or True
    session.headers["Sforce-Auto-Assign"] = "FALSE"
    session.headers["Sforce-Call-Options"] = f"client={client_name}"
    adapter = GuardedAdapter(timeout_s=timeout_s, login_netloc=login_netloc, observe=observe)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
