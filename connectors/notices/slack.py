"""Slack's incoming webhooks: one POST a message. Its words are made in ``reports.notices``.

The session is the one kind that the vendors' calls have, too: verified certificates, the proxy and the certificates
of the environment, no redirects. A webhook's address is its secret and is named nowhere.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import requests

from connectors.notices.errors import DeliveryError
from connectors.redaction import redacted, remember_secrets
from connectors.transport_security import ca_bundle, is_loopback, url_problem

_TIMEOUT_S = (5.0, 15.0)
_GONE = {403, 404, 410}


class SlackWebhooks:
    """Posts messages to the webhook of a role.

    Args:
        urls: by role; https, or http to this machine.
        variable: names the variable of a role, for remedies.
    """

    def __init__(self, urls: Mapping[str, str], *, variable: Callable[[str], str]) -> None:
        self._urls, self._variable = dict(urls), variable
        for url in self._urls.values():
            remember_secrets(url, url.rpartition("/")[2])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_bundle() or True

    @property
    def roles(self) -> frozenset[str]:
        """The roles that have a webhook."""
        return frozenset(self._urls)

    def post(self, role: str, message: Mapping[str, Any]) -> None:
        """Post one message.

        Raises:
            DeliveryError: it was not taken.
        """
        url = self._urls[role]
        if wrong := url_problem(url):
            raise DeliveryError(
                f"the webhook of {role} {wrong}", f"Mend {self._variable(role)}.", channel_down=True
            )
        try:
            reply = self._session.post(
                url,
                json=dict(message),
                timeout=_TIMEOUT_S,
                allow_redirects=False,
                proxies={} if is_loopback(urlsplit(url).hostname) else getproxies(),
            )
        except requests.RequestException as error:
            # The library's text has the address in it.
            raise DeliveryError(
                f"Slack could not be reached ({type(error).__name__})",
                "It is tried again by itself; look at the network and the proxy if it lasts.",
                channel_down=True,
            ) from None
        if reply.status_code != 200:
            raise self._refused(role, reply)

    def _refused(self, role: str, reply: requests.Response) -> DeliveryError:
        what = f"Slack answered {reply.status_code} ({redacted(reply.text[:80])})"
        if reply.status_code == 429:
            hint = reply.headers.get("Retry-After", "")
            wait_s = float(hint) if hint.isdigit() else None
            return DeliveryError(
                what, "It is tried again by itself.", channel_down=True, retry_after_s=wait_s
            )
        if reply.status_code in _GONE or 300 <= reply.status_code < 400:
            remedy = f"Make a new incoming webhook in Slack and set {self._variable(role)} to it."
            return DeliveryError(what, remedy)
        if reply.status_code >= 500:
            return DeliveryError(what, "It is tried again by itself.", channel_down=True)
        return DeliveryError(what, "Slack does not take this message; please report it.", lasting=True)
