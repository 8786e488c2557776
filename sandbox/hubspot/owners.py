"""Owners (the portal's users and queues) and the access token that each user has in the sandbox."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.hubspot.values import iso

_FIRST_OWNER_ID = 480_001
_FIRST_USER_ID = 9_100_001


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner.

    Attributes:
        id: what owner properties take.
        user_id: the user behind it; None for queues.
        token: bearer token with which this user may call the sandbox's API; None for queues and
            deactivated users.
    """

    id: str
    email: str
    first_name: str
    last_name: str
    kind: str
    active: bool
    team: str | None
    user_id: int | None
    token: str | None
    created_at: datetime

    def wire(self) -> dict[str, Any]:
        """As the owners endpoint shows it."""
        return {
            "id": self.id,
            "email": self.email,
            "type": self.kind,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userId": self.user_id if self.active else None,
            "userIdIncludingInactive": self.user_id,
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.created_at),
            "archived": not self.active,
            "teams": []
            if self.team is None
            else [{"id": _team_id(self.team), "name": self.team, "primary": True}],
        }


def _team_id(name: str) -> str:
    return str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % 900_000 + 100_000)


class Owners:
    """All owners of the portal, in the order of their ids."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._owners: dict[str, Owner] = {}

    def add(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        kind: str,
        active: bool,
        team: str | None,
        now: datetime,
    ) -> Owner:
        position = len(self._owners)
        person = kind == "PERSON"
        digest = hashlib.sha256(f"{self._seed}:{email}:{position}".encode()).hexdigest()[:24]
        owner = Owner(
            id=str(_FIRST_OWNER_ID + position * 17),
            email=email.lower(),
            first_name=first_name,
            last_name=last_name,
            kind=kind,
            active=active,
            team=team,
            user_id=_FIRST_USER_ID + position * 13 if person else None,
            token=f"pat-eu1-user-{digest}" if person and active else None,
            created_at=now,
        )
        self._owners[owner.id] = owner
        return owner

    def get(self, owner_id: str) -> Owner | None:
        return self._owners.get(owner_id)

    def by_user(self, user_id: int) -> Owner | None:
        return next((owner for owner in self._owners.values() if owner.user_id == user_id), None)

    def by_token(self, token: str) -> Owner | None:
        return next((owner for owner in self._owners.values() if owner.token == token), None)

    def all(self) -> list[Owner]:
        return list(self._owners.values())
