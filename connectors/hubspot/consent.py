"""Opt-outs: HubSpot takes them by e-mail address through communication preferences, never as a property."""

from collections.abc import Iterable

from connectors.errors import ConnectorError, PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.paths import segment
from connectors.results import WriteResult
from connectors.retry import Safety


def opt_out(client: HubSpotClient, emails: Iterable[str]) -> list[WriteResult]:
    """Unsubscribe each address from all e-mail; the results' keys are the addresses as given.

    These calls may use the budget's reserve: consent goes first. Repeating one is harmless.
    """
    return [_one(client, email) for email in dict.fromkeys(emails)]


def _one(client: HubSpotClient, email: str) -> WriteResult:
    path = f"/communication-preferences/v4/statuses/{segment(email.strip().lower())}/unsubscribe-all"
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
