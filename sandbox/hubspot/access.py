"""Who may call: the app's private token, OAuth tokens, one token per user, and the app's scopes.

Token life is real time, since clients count it in real time while the sandbox's clock may jump.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sandbox.hubspot import errors
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.owners import Owners
from sandbox.hubspot.records import Actor

OAUTH_LIFE_S = 1800
PRIVATE_APP, OAUTH, USER = "private_app", "oauth", "user"
# Activities are covered by the contacts scopes.
_SCOPED_TYPES = ("contacts", "companies", "deals")
ALL_SCOPES: frozenset[str] = frozenset(
    {
        "crm.lists.read", "crm.lists.write", "crm.objects.owners.read", "forms", "content", "oauth",
        "sales-email-read", "communication_preferences.read", "communication_preferences.write",
        "communication_preferences.read_write",
    }
    | {f"crm.{area}.{name}.{verb}" for area in ("objects", "schemas") for name in _SCOPED_TYPES
       for verb in ("read", "write")}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who made a request: `kind` is private_app, oauth or user; `key` names its rate-limit bucket."""

    kind: str
    actor: Actor
    key: str


def object_scope(kind: ObjectType, verb: str) -> str:
    """The scope for reading or writing records of a type."""
    return f"crm.objects.{kind.name if kind.name in _SCOPED_TYPES else 'contacts'}.{verb}"


def schema_scope(kind: ObjectType, verb: str) -> str:
    """The scope for reading or writing property definitions of a type."""
    return f"crm.schemas.{kind.name if kind.name in _SCOPED_TYPES else 'contacts'}.{verb}"


class Access:
    """Credentials of one portal. They follow from the seed, so a restart repeats them.

    Attributes:
        scopes: what the app was granted; taking one away makes the matching calls 403.
    """

    def __init__(self, seed: int, app_id: int, owners: Owners, monotonic: Callable[[], float]) -> None:
        digest = hashlib.sha256(f"hubspot:{seed}".encode()).hexdigest()
        self.app_id = app_id
        self.access_token = f"pat-eu1-{uuid.UUID(hex=digest[:32])}"
        self.client_id = str(uuid.UUID(hex=digest[32:]))
        secret = hashlib.sha256(f"secret:{digest}".encode()).hexdigest()
        self.client_secret = str(uuid.UUID(hex=secret[:32]))
        self.refresh_token = f"eu1-{uuid.UUID(hex=secret[32:])}"
        self.scopes: set[str] = set(ALL_SCOPES)
        self._owners = owners
        self._monotonic = monotonic
        self._random = Random(f"tokens:{seed}")
        self._oauth_expiry: dict[str, float] = {}

    def authenticate(self, token: str | None) -> Caller:
        """The caller behind a bearer token.

        Raises:
            HubSpotFault: 401 for no token, an unknown one, or an expired OAuth token.
        """
        if token == self.access_token:
            return Caller(PRIVATE_APP, Actor.integration(self.app_id), PRIVATE_APP)
        if token is not None and token in self._oauth_expiry:
            if self._oauth_expiry[token] <= self._monotonic():
                raise errors.expired_token()
            return Caller(OAUTH, Actor.integration(self.app_id), OAUTH)
        owner = None if token is None else self._owners.by_token(token)
        if owner is None or owner.user_id is None:
            raise errors.unauthenticated()
        return Caller(USER, Actor.user(owner.user_id), f"{USER}:{owner.user_id}")

    def require(self, caller: Caller, scope: str) -> None:
        """Raise 403 when the app lacks the scope; users act with their own rights."""
        wider = f"{scope.rpartition('.')[0]}.read_write"
        if caller.kind != USER and not {scope, wider} & self.scopes:
            raise errors.missing_scopes([scope])

    def refresh(self, client_id: str, client_secret: str, refresh_token: str) -> str:
        """A new OAuth access token.

        Raises:
            HubSpotFault: 400 for wrong credentials.
        """
        if client_id != self.client_id or client_secret != self.client_secret:
            raise errors.bad_client()
        if refresh_token != self.refresh_token:
            raise errors.bad_refresh_token()
        token = f"CJ{self._random.getrandbits(640):x}"
        self._oauth_expiry[token] = self._monotonic() + OAUTH_LIFE_S
        return token

    def seconds_left(self, token: str) -> int | None:
        """Remaining life of an OAuth token; None when it is unknown."""
        expiry = self._oauth_expiry.get(token)
        return None if expiry is None else max(0, int(expiry - self._monotonic()))
