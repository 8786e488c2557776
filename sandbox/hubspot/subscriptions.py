"""E-mail subscriptions: what each address has opted in to or out of, and the portal-wide opt-out.

`hs_email_optout` on the contact follows from here and is written by the portal.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.standard_contact import SUBSCRIPTIONS
from sandbox.hubspot.values import iso

STATES = ("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED")


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one subscription of one address."""

    state: str
    source: str
    at: datetime
    legal_basis: str | None = None
    legal_basis_explanation: str | None = None


@dataclass(slots=True)
class Subscriber:
    """One address. `opted_out` is the portal-wide opt-out, with who made it."""

    statuses: dict[str, Status] = field(default_factory=dict)
    opted_out: Status | None = None
    opted_out_by_person: bool = False


class Subscriptions:
    """Statuses by lowercase address."""

    def __init__(self) -> None:
        self._subscribers: dict[str, Subscriber] = {}

    def status(self, email: str, subscription_id: str) -> Status | None:
        """The subscription's own status, with the portal-wide opt-out winning; None when never set."""
        found = self._subscribers.get(email.lower())
        if found is None:
            return None
        return found.opted_out or found.statuses.get(subscription_id)

    def opted_out(self, email: str) -> Status | None:
        found = self._subscribers.get(email.lower())
        return None if found is None else found.opted_out

    def unsubscribe_all(self, email: str, source: str, at: datetime, *, by_person: bool) -> None:
        found = self._subscribers.setdefault(email.lower(), Subscriber())
        if found.opted_out is None or by_person:
            found.opted_out = Status("UNSUBSCRIBED", source, at)
            found.opted_out_by_person = found.opted_out_by_person or by_person

    def set(self, email: str, subscription_id: str, status: Status) -> Status:
        """Set one subscription.

        Raises:
            HubSpotFault: 404 for an unknown subscription, 400 when a person who opted out themselves
                would be subscribed again.
        """
        require_definition(subscription_id)
        found = self._subscribers.setdefault(email.lower(), Subscriber())
        if status.state == "SUBSCRIBED" and found.opted_out is not None:
            if found.opted_out_by_person:
                raise errors.validation(
                    f"{email} has opted out of all email and cannot be subscribed by an integration."
                )
            found.opted_out = None
        found.statuses[subscription_id] = status
        return status

    def end_opt_out(self, email: str) -> None:
        """The opt-out is taken back by who may; single subscriptions keep their states."""
        found = self._subscribers.setdefault(email.lower(), Subscriber())
        found.opted_out, found.opted_out_by_person = None, False

    def move(self, old_email: str, new_email: str) -> None:
        """The opt-out follows a person to a new address."""
        old = self._subscribers.get(old_email.lower())
        if old is not None and old.opted_out is not None:
            self._subscribers.setdefault(new_email.lower(), Subscriber()).opted_out = old.opted_out


def require_definition(subscription_id: str) -> str:
    """The subscription's name.

    Raises:
        HubSpotFault: 404 when the portal has no such subscription.
    """
    name = SUBSCRIPTIONS.get(subscription_id)
    if name is None:
        raise errors.not_found(f"Subscription {subscription_id} does not exist.")
    return name


def definition_wire(subscription_id: str, created_at: datetime) -> dict[str, Any]:
    name = SUBSCRIPTIONS[subscription_id]
    return {
        "id": subscription_id,
        "name": name,
        "description": f"{name} e-mails",
        "purpose": "Marketing",
        "communicationMethod": "Email",
        "isActive": True,
        "isDefault": subscription_id == next(iter(SUBSCRIPTIONS)),
        "isInternal": False,
        "createdAt": iso(created_at),
        "updatedAt": iso(created_at),
    }
