"""OAuth, token information, account details and usage, owners."""

from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.access import OAUTH_LIFE_S
from sandbox.hubspot.http import Call, Reply, collection, open_route, route
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.values import iso

Body = dict[str, Any]
DEFAULT_OWNER_PAGE, MAX_OWNER_PAGE = 100, 500
_HUB_DOMAIN = "meridian-analytics.example"


def account_routes(portal: Portal) -> list[Route]:
    return [
        open_route(portal, "/oauth/v1/token", method="POST", handler=_token_v1),
        open_route(portal, "/oauth/v3/token", method="POST", handler=_token_v3),
        open_route(portal, "/oauth/v1/access-tokens/{token}", method="GET", handler=_access_token),
        open_route(portal, "/oauth/v1/refresh-tokens/{token}", method="GET", handler=_refresh_token),
        open_route(
            portal, "/oauth/v2/private-apps/get/access-token-info", method="POST", handler=_private_app
        ),
        route(portal, "/account-info/v3/details", GET=_details),
        route(portal, "/account-info/v3/api-usage/daily/private-apps", GET=_usage),
        route(portal, "/crm/v3/owners", GET=_owners),
        route(portal, "/crm/v3/owners/{owner_id}", GET=_owner),
    ]


def _token_v1(portal: Portal, request: Request, raw_body: bytes) -> Reply:
    return Reply(_new_token(portal, request, raw_body))


def _token_v3(portal: Portal, request: Request, raw_body: bytes) -> Reply:
    body = _new_token(portal, request, raw_body)
    return Reply({**body, "hub_id": portal.portal_id, "scopes": sorted(portal.access.scopes)})


def _new_token(portal: Portal, request: Request, raw_body: bytes) -> Body:
    form = {name: values[0] for name, values in parse_qs(raw_body.decode()).items()}
    form |= {name: value for name, value in request.query_params.items() if name not in form}
    if form.get("grant_type") != "refresh_token":
        raise errors.unsupported_grant(form.get("grant_type", ""))
    token = portal.access.refresh(
        form.get("client_id", ""), form.get("client_secret", ""), form.get("refresh_token", "")
    )
    return {
        "token_type": "bearer",
        "refresh_token": portal.refresh_token,
        "access_token": token,
        "expires_in": OAUTH_LIFE_S,
    }


def _access_token(portal: Portal, request: Request, raw_body: bytes) -> Reply:
    token = str(request.path_params["token"])
    seconds = portal.access.seconds_left(token)
    if seconds is None:
        raise errors.not_found("Access token not found.")
    return Reply({**_grant(portal), "token": token, "expires_in": seconds, "token_type": "access"})


def _refresh_token(portal: Portal, request: Request, raw_body: bytes) -> Reply:
    token = str(request.path_params["token"])
    if token != portal.refresh_token:
        raise errors.not_found("Refresh token not found.")
    return Reply({**_grant(portal), "token": token, "client_id": portal.client_id, "token_type": "refresh"})


def _grant(portal: Portal) -> Body:
    owners = [owner for owner in portal.owners.all() if owner.user_id is not None]
    return {
        "hub_id": portal.portal_id,
        "app_id": portal.app_id,
        "user_id": owners[0].user_id if owners else portal.portal_id,
        "user": owners[0].email if owners else f"admin@{_HUB_DOMAIN}",
        "hub_domain": _HUB_DOMAIN,
        "scopes": sorted(portal.access.scopes),
    }


def _private_app(portal: Portal, request: Request, raw_body: bytes) -> Reply:
    try:
        body = orjson.loads(raw_body)
    except orjson.JSONDecodeError as broken:
        raise errors.validation(f"Invalid input JSON: {broken}") from broken
    if not isinstance(body, dict) or body.get("tokenKey") != portal.access_token:
        raise errors.unauthenticated()
    grant = _grant(portal)
    return Reply(
        {
            "hubId": portal.portal_id,
            "appId": portal.app_id,
            "userId": grant["user_id"],
            "scopes": grant["scopes"],
        }
    )


def _details(call: Call) -> Reply:
    portal = call.portal
    offset = portal.clock.now().astimezone(portal.time_zone).utcoffset()
    seconds = 0 if offset is None else int(offset.total_seconds())
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    return Reply(
        {
            "portalId": portal.portal_id,
            "accountType": "STANDARD",
            "timeZone": portal.time_zone.key,
            "companyCurrency": "EUR",
            "additionalCurrencies": ["USD"],
            "utcOffset": f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def _usage(call: Call) -> Reply:
    limits = call.portal.limits
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": limits.daily,
        "currentUsage": limits.usage(),
        "collectedAt": iso(call.portal.now()),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(limits.resets_at()),
    }
    return Reply(collection([usage]))


def _owners(call: Call) -> Reply:
    call.require("crm.objects.owners.read")
    archived, email = call.flag("archived"), call.query("email").lower()
    limit, after = call.integer("limit", DEFAULT_OWNER_PAGE, MAX_OWNER_PAGE), call.integer("after", 0)
    found = [
        owner
        for owner in call.portal.owners.all()
        if owner.active is not archived and (not email or owner.email == email) and int(owner.id) > after
    ]
    page = found[:limit]
    return Reply(
        collection([owner.wire() for owner in page], page[-1].id if len(found) > limit and page else None)
    )


def _owner(call: Call) -> Reply:
    call.require("crm.objects.owners.read")
    given = call.path("owner_id")
    owners = call.portal.owners
    if call.query("idProperty") == "userId":
        owner = owners.by_user(int(given)) if given.isdigit() else None
    else:
        owner = owners.get(given)
    if owner is None or owner.active is call.flag("archived"):
        raise errors.record_not_found(given)
    return Reply(owner.wire())
