"""Hashes of personal data that nobody can make without this database's own secret.

The secret is drawn once and stays in the database, so that it is backed up with what it protects: a hash that leaves
the database (in an export, a log, a certificate) tells nothing. Which things are hashed is the caller's business.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from connectors.store import cursors

_NAME = "hash secret"


def hasher(connection: sa.Connection, *, now: datetime) -> Callable[[str, str], str]:
    """``hash(kind, value)`` in 64 letters; the secret is drawn when it is first asked for."""
    secret = cursors.get(connection, _NAME)
    if secret is None:
        secret = secrets.token_hex(32)
        cursors.put(connection, _NAME, secret, now=now)
    key = bytes.fromhex(secret)

    def hashed(kind: str, value: str) -> str:
        return hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()

    return hashed
