"""OAuth: client credentials, password and refresh are told apart; user info; revocation."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.calls import Reply
from sandbox.salesforce.org import Org


def _refuse(error: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": error, "error_description": description})


def _client(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    if authorization.lower().startswith("basic "):
        try:
            plain = base64.b64decode(authorization[6:], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        client_id, _, secret = plain.partition(":")
        return client_id, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def token(org: Org, form: Mapping[str, str], authorization: str, instance_url: str) -> Reply:
    """``POST /services/oauth2/token``: a session, or an error object (never an array)."""
    client_id, secret = _client(form, authorization)
    if client_id != org.client_id:
        return _refuse("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret, org.client_secret):
        return _refuse("invalid_client", "invalid client credentials")
    grant = form.get("grant_type")
    if grant == "password":
        expected = org.password + org.security_token
        if form.get("username") != org.username or form.get("password") != expected:
            return _refuse("invalid_grant", "authentication failure")
    elif grant == "refresh_token":
        return _refuse("invalid_grant", "expired access/refresh token")
    elif grant != "client_credentials":
        return _refuse("unsupported_grant_type", "grant type not supported")
    user = org.row("User", org.integration_user_id)
    if user is None or not user["IsActive"]:
        return _refuse("invalid_grant", "no client credentials user enabled")
    issued_at = str(int(org.clock.now().timestamp() * 1000))
    identity = f"{instance_url}/id/{org.organization_id}/{org.integration_user_id}"
    digest = hmac.digest(org.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256)
    body: dict[str, Any] = {
        "access_token": org.sessions.issue(org.integration_user_id),
        "signature": base64.b64encode(digest).decode(),
        "scope": "api",
        "instance_url": instance_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }
    if grant == "client_credentials":
        body["token_format"] = "opaque"
    return Reply(200, body)


def user_info(org: Org, user_id: str) -> Reply:
    """``GET /services/oauth2/userinfo``."""
    user = org.tables["User"].rows[user_id]
    body = {
        "user_id": user_id, "organization_id": org.organization_id, "preferred_username": user["Username"],
        "name": user["Name"], "email": user["Email"],
        "zoneinfo": user["TimeZoneSidKey"], "active": user["IsActive"],
    }  # fmt: skip
    return Reply(200, body)
