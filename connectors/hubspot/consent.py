"""Consent: HubSpot takes it by e-mail address through communication preferences, never as a property."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.chunking import chunks
from connectors.errors import ConnectorError, PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import moment
from connectors.paths import segment
from connectors.results import WriteResult
from connectors.retry import Safety


def opt_out(client: HubSpotClient, emails: Iterable[str]) -> list[WriteResult]:
    """Unsubscribe each address from all e-mail; the results' keys are the addresses as given.

    These calls may use the budget's reserve: consent goes first. Repeating one is harmless.
    """
    return [_one(client, email) for email in dict.fromkeys(emails)]


def _one(client: HubSpotClient, email: str) -> WriteResult:
    path = f"{_statuses(email)}/unsubscribe-all"
    try:
        client.call(
            "POST",
            path,
            endpoint="/communication-preferences/v4/statuses/{email}/unsubscribe-all",
            query=[("channel", "EMAIL")],
            safety=Safety.IDEMPOTENT_WRITE,
            urgent=True,
        )
    except PermanentError as error:
        if error.status not in (400, 404):
            raise
        return WriteResult(
            email, False, None, code=error.code or f"HTTP_{error.status}", message=error.message
        )
    except ConnectorError as error:
        return WriteResult(email, False, None, code="NOT_SENT", message=str(error))
    return WriteResult(email, True, None)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What HubSpot says of one subscription of one address.

    Attributes:
        state: ``SUBSCRIBED``, ``UNSUBSCRIBED`` or ``NOT_SPECIFIED``.
        at: when it came to be; None where it was never set.
        source: who set it, in HubSpot's words.
    """

    name: str
    state: str
    at: datetime | None
    source: str
    legal_basis: str | None


def subscriptions(client: HubSpotClient, email: str) -> list[Subscription]:
    """Every subscription of an address; one call, which may use the budget's reserve."""
    answer = client.call(
        "GET",
        _statuses(email),
        endpoint="/communication-preferences/v4/statuses/{email}",
        query=[("channel", "EMAIL")],
        urgent=True,
    )
    return [
        Subscription(
            name=str(raw.get("subscriptionName") or raw.get("subscriptionId")),
            state=str(raw.get("status")),
            at=moment(str(raw["timestamp"])) if raw.get("timestamp") else None,
            source=str(raw.get("source") or ""),
            legal_basis=raw.get("legalBasis") or None,
        )
        for raw in answer.get("results") or ()
    ]


def latest_yes(client: HubSpotClient, contact_ids: Iterable[str], name: str) -> dict[str, datetime]:
    """When a boolean property was last set to true, by contact; those whose history has no "true" are absent."""
    found: dict[str, datetime] = {}
    path = "/crm/v3/objects/contacts/batch/read"
    # History makes an answer long: HubSpot takes half as many inputs.
    for part in chunks(dict.fromkeys(contact_ids), 50):
        body = {
            "inputs": [{"id": one} for one in part],
            "properties": [name],
            "propertiesWithHistory": [name],
        }
        answer = client.call(
            "POST", path, endpoint=path, body=body, query=[("archived", "false")], urgent=True
        )
        for raw in answer["results"]:
            entries: Sequence[Mapping[str, str]] = (raw.get("propertiesWithHistory") or {}).get(name) or ()
            said = [
                moment(str(one["timestamp"])) for one in entries if str(one.get("value")).lower() == "true"
            ]
            if said:
                found[str(raw["id"])] = max(said)
    return found


def opt_in(
    client: HubSpotClient, email: str, subscription_ids: Iterable[str], explanation: str
) -> WriteResult:
    """Subscribe an address again, with the consent that it gave; the result's key is the address as given."""
    for subscription_id in subscription_ids:
        body = {
            "subscriptionId": int(subscription_id),
            "statusState": "SUBSCRIBED",
            "channel": "EMAIL",
            "legalBasis": "CONSENT_WITH_NOTICE",
            "legalBasisExplanation": explanation,
        }
        try:
            client.call(
                "POST",
                _statuses(email),
                endpoint="/communication-preferences/v4/statuses/{email}",
                body=body,
                safety=Safety.IDEMPOTENT_WRITE,
            )
        except PermanentError as error:
            if error.status not in (400, 404):
                raise
            return WriteResult(email, False, None, code="RESUBSCRIBE_REFUSED", message=error.message)
        except ConnectorError as error:
            return WriteResult(email, False, None, code="NOT_SENT", message=str(error))
    return WriteResult(email, True, None)


def _statuses(email: str) -> str:
    return f"/communication-preferences/v4/statuses/{segment(email.strip().lower())}"
