"""Access tokens: issued, lasting per user, expired by idleness or by command.

Checking of credentials is in ``routes_auth``.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import SandboxClock

IDLE_LIMIT = timedelta(hours=2)
_MOST = 500


@dataclass(slots=True)
class _Session:
    user_id: str
    last_used: datetime


class Sessions:
    """Tokens of one org; each begins with the org's 15-character id and ``!``.

    Issued sessions end after two hours of the clock without use and when ``expire_all`` is called; the oldest
    go when there are more than 500. A user's lasting token (``token_of``) never ends.
    """

    def __init__(self, clock: SandboxClock, organization_id15: str, seed: int) -> None:
        self._clock = clock
        self._org = organization_id15
        self._seed = seed
        self._issued = 0
        self._live: OrderedDict[str, _Session] = OrderedDict()
        self._lasting: dict[str, str] = {}

    def _token(self, what: str) -> str:
        digest = hashlib.sha256(f"{self._seed}:{self._org}:{what}".encode()).hexdigest()
        return f"{self._org}!AQ{digest}"

    def issue(self, user_id: str) -> str:
        """A new session for that user."""
        self._issued += 1
        token = self._token(f"session:{self._issued}:{user_id}")
        self._live[token] = _Session(user_id, self._clock.now())
        while len(self._live) > _MOST:
            self._live.popitem(last=False)
        return token

    def token_of(self, user_id: str) -> str:
        """The user's lasting token."""
        token = self._token(f"user:{user_id}")
        self._lasting[token] = user_id
        return token

    def user_of(self, token: str) -> str | None:
        """Whose token this is, or None when it is unknown or over. Each use extends a session."""
        if token in self._lasting:
            return self._lasting[token]
        session = self._live.get(token)
        if session is None:
            return None
        now = self._clock.now()
        if now - session.last_used > IDLE_LIMIT:
            del self._live[token]
            return None
        session.last_used = now
        return session.user_id

    def revoke(self, token: str) -> None:
        """End one session."""
        self._live.pop(token, None)

    def expire_all(self) -> int:
        """End every issued session; returns how many. Lasting tokens stay."""
        ended = len(self._live)
        self._live.clear()
        return ended
