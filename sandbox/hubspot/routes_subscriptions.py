"""`/communication-preferences` v4 and v3: definitions, statuses, unsubscribe-all."""

from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.http import Call, Reply, batch_body, route
from sandbox.hubspot.marketing import show_opt_out, unsubscribe_all
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.standard_contact import SUBSCRIPTIONS
from sandbox.hubspot.subscriptions import STATES, Status, definition_wire, require_definition
from sandbox.hubspot.values import iso

Body = dict[str, Any]
_READ, _WRITE = "communication_preferences.read", "communication_preferences.write"


def subscription_routes(portal: Portal) -> list[Route]:
    v3, v4 = "/communication-preferences/v3", "/communication-preferences/v4"
    return [
        route(portal, f"{v4}/definitions", GET=_definitions_v4),
        route(portal, f"{v4}/statuses/{{email}}/unsubscribe-all", GET=_opt_out, POST=_unsubscribe_all),
        route(portal, f"{v4}/statuses/{{email}}", GET=_statuses_v4, POST=_set_v4),
        route(portal, f"{v3}/definitions", GET=_definitions_v3),
        route(portal, f"{v3}/status/email/{{email}}", GET=_statuses_v3),
        route(portal, f"{v3}/subscribe", POST=_subscribe_v3),
        route(portal, f"{v3}/unsubscribe", POST=_unsubscribe_v3),
    ]


def _require_channel(call: Call) -> None:
    if call.query("channel").upper() != "EMAIL":
        raise errors.validation("The query parameter channel must be EMAIL.")


def _definitions(call: Call) -> list[Body]:
    call.require(_READ)
    return [definition_wire(one, call.portal.now()) for one in SUBSCRIPTIONS]


def _definitions_v3(call: Call) -> Reply:
    return Reply({"subscriptionDefinitions": _definitions(call)})


def _definitions_v4(call: Call) -> Reply:
    return Reply(batch_body(call.portal, _definitions(call), []))


def _status_v4(call: Call, email: str, subscription_id: str) -> Body:
    status = call.portal.subscriptions.status(email, subscription_id)
    body: Body = {
        "channel": "EMAIL",
        "subscriberIdString": email,
        "subscriptionId": int(subscription_id),
        "subscriptionName": require_definition(subscription_id),
        "status": "NOT_SPECIFIED" if status is None else status.state,
        "source": "" if status is None else status.source,
        "businessUnitId": 0,
    }
    if status is not None:
        body |= {
            "timestamp": iso(status.at),
            "legalBasis": status.legal_basis,
            "legalBasisExplanation": status.legal_basis_explanation,
        }
    return body


def _statuses_v4(call: Call) -> Reply:
    call.require(_READ)
    _require_channel(call)
    email = call.path("email").lower()
    return Reply(batch_body(call.portal, [_status_v4(call, email, one) for one in SUBSCRIPTIONS], []))


def _set_v4(call: Call) -> Reply:
    body = call.body()
    if str(body.get("channel", "")).upper() != "EMAIL":
        raise errors.validation("channel must be EMAIL.")
    email = call.path("email").lower()
    subscription_id = str(body.get("subscriptionId", ""))
    _set(call, email, subscription_id, str(body.get("statusState", "")), body)
    return Reply(batch_body(call.portal, [_status_v4(call, email, subscription_id)], []))


def _set(call: Call, email: str, subscription_id: str, state: str, body: Body) -> None:
    call.require(_WRITE)
    if state not in STATES:
        raise errors.validation(f"statusState must be one of {', '.join(STATES)}.")
    basis, explanation = body.get("legalBasis"), body.get("legalBasisExplanation")
    status = Status(state, call.actor.source_type, call.portal.now(), basis, explanation)
    call.portal.subscriptions.set(email, subscription_id, status)
    show_opt_out(call.portal, email, call.actor, call.portal.now())
    contact = call.portal.contact_by_email(email)
    if contact is not None and state != "NOT_SPECIFIED":
        shown = {f"hs_email_optout_{subscription_id}": "true" if state == "UNSUBSCRIBED" else "false"}
        call.portal.compute(contact, shown, call.actor, call.portal.now())


def _opt_out(call: Call) -> Reply:
    call.require(_READ)
    _require_channel(call)
    email = call.path("email").lower()
    status = call.portal.subscriptions.opted_out(email)
    results: list[Body] = []
    if status is not None:
        results.append(
            {
                "channel": "EMAIL",
                "subscriberIdString": email,
                "status": "UNSUBSCRIBED",
                "wideStatusType": "PORTAL_WIDE",
                "timestamp": iso(status.at),
                "businessUnitId": 0,
            }
        )
    return Reply(batch_body(call.portal, results, []))


def _unsubscribe_all(call: Call) -> Reply:
    call.require(_WRITE)
    _require_channel(call)
    email = call.path("email").lower()
    if "@" not in email:
        raise errors.validation(f"{email} is not an e-mail address.")
    unsubscribe_all(call.portal, email, call.actor, call.portal.now())
    if not call.flag("verbose"):
        return Reply(batch_body(call.portal, [], []))
    return Reply(batch_body(call.portal, [_status_v4(call, email, one) for one in SUBSCRIPTIONS], []))


def _status_v3(call: Call, email: str, subscription_id: str) -> Body:
    status = call.portal.subscriptions.status(email, subscription_id)
    state = {None: "NOT_SUBSCRIBED", "SUBSCRIBED": "SUBSCRIBED"}.get(status.state if status else None)
    name = require_definition(subscription_id)
    return {
        "id": subscription_id,
        "name": name,
        "description": f"{name} e-mails",
        "status": state or "NOT_SUBSCRIBED",
        "sourceOfStatus": "PORTAL_WIDE_STATUS"
        if call.portal.subscriptions.opted_out(email)
        else "SUBSCRIPTION_STATUS",
        "preferenceGroupName": None,
        "legalBasis": status.legal_basis if status else None,
        "legalBasisExplanation": status.legal_basis_explanation if status else None,
    }


def _statuses_v3(call: Call) -> Reply:
    call.require(_READ)
    email = call.path("email").lower()
    return Reply(
        {"recipient": email, "subscriptionStatuses": [_status_v3(call, email, one) for one in SUBSCRIPTIONS]}
    )


def _subscribe_v3(call: Call) -> Reply:
    return _set_v3(call, "SUBSCRIBED")


def _unsubscribe_v3(call: Call) -> Reply:
    return _set_v3(call, "UNSUBSCRIBED")


def _set_v3(call: Call, state: str) -> Reply:
    body = call.body()
    email, subscription_id = str(body.get("emailAddress", "")).lower(), str(body.get("subscriptionId", ""))
    _set(call, email, subscription_id, state, body)
    return Reply(_status_v3(call, email, subscription_id))
