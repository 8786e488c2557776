"""Where plain http may go, and whose certificates are believed: the same for both vendors.

There is no setting that turns verification off; a company's own certificate authority is named by the variable
REQUESTS_CA_BUNDLE, a proxy by HTTPS_PROXY.
"""

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

from connectors.errors import ConfigError

CA_VARIABLE = "REQUESTS_CA_BUNDLE"


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine, by its literal name or address."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_problem(url: str) -> str | None:
    """What is wrong with a vendor's base URL, with the remedy; the URL itself is not repeated.

    A name and password in a URL end up in logs and proxies, plain http on the wire.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL; write it as https://<host>"
    if parts.scheme not in ("http", "https") or not host or port == 0:
        return "is not a URL; write it as https://<host>"
    if parts.username or parts.password:
        return "carries a user name or password; take it out of the URL"
    if parts.scheme != "https" and not is_loopback(host):
        return f"plain http is refused beyond this machine; only https is allowed: write https://{host}"
    return None


def ca_bundle() -> str | None:
    """The file (or folder) of certificates that the environment names, or None for the usual ones.

    Raises:
        ConfigError: it does not exist.
    """
    named = os.environ.get(CA_VARIABLE)
    if named and not Path(named).exists():
        raise ConfigError([f"{CA_VARIABLE}: {named} does not exist; name a file of PEM certificates"])
    return named or None
