"""HubSpot's error answers: one exception that carries status and body, and a maker for each known text.

Only shapes and wording live here; deciding that something is wrong belongs to whoever raises.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
SCOPES_PAGE = "https://developers.hubspot.com/scopes"


class HubSpotFault(Exception):  # noqa: N818 - the stores' common name
    """An answer other than success.

    Attributes:
        status: HTTP status.
        body: JSON body without `correlationId`, or text for the few HTML answers.
        problems: the refused property values behind a 400, if that is what it is.
    """

    def __init__(self, status: int, body: Body | str, problems: Sequence["PropertyProblem"] = ()) -> None:
        self.status = status
        self.body = body
        self.problems = tuple(problems)
        super().__init__(f"{status} {body if isinstance(body, str) else body.get('message')}")

    @property
    def message(self) -> str:
        return self.body if isinstance(self.body, str) else str(self.body.get("message", ""))

    def wire_body(self) -> Body | str:
        """The body as sent, with a fresh correlation id."""
        if isinstance(self.body, str):
            return self.body
        return {**self.body, "correlationId": str(uuid.uuid4())}

    def batch_entry(self, trace_id: str | None = None, **context: Sequence[str]) -> Body:
        """The same error as an entry of a 207's `errors[]`."""
        inner: Body = dict(self.body) if isinstance(self.body, dict) else {"message": self.body}
        merged: dict[str, Sequence[str]] = {**inner.get("context", {}), **context}
        if trace_id is not None:
            merged["objectWriteTraceId"] = [trace_id]
        inner.setdefault("category", "VALIDATION_ERROR")
        return {**inner, "status": "error", "context": merged}


@dataclass(frozen=True, slots=True)
class PropertyProblem:
    """One refused property value."""

    name: str
    code: str
    message: str
    value: str | None = None


def _fault(status: int, message: str, category: str | None = None, **more: Any) -> HubSpotFault:
    body: Body = {"status": "error", "message": message}
    if category is not None:
        body["category"] = category
    return HubSpotFault(status, {**body, **more})


def validation(message: str, **more: Any) -> HubSpotFault:
    return _fault(400, message, "VALIDATION_ERROR", **more)


def invalid_properties(problems: Sequence[PropertyProblem], portal_id: int) -> HubSpotFault:
    """The 400 for refused property values: a JSON array as text, and the same in `errors[]`."""
    entries: list[Body] = []
    for problem in problems:
        entry: Body = {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
            "portalId": portal_id,
        }
        if problem.value is not None:
            entry["propertyValue"] = problem.value
        entries.append(entry)
    fault = validation(
        "Property values were not valid: " + json.dumps(entries, separators=(",", ":"), ensure_ascii=False),
        errors=[
            {"message": problem.message, "code": problem.code, "context": {"propertyName": [problem.name]}}
            for problem in problems
        ],
    )
    fault.problems = tuple(problems)
    return fault


def unknown_object_type(name: str) -> HubSpotFault:
    return _fault(400, f"Unable to infer object type from: {name}")


def record_not_found(record_id: str) -> HubSpotFault:
    """404: short for a numeric id, explicit for anything else."""
    if record_id.isdigit():
        return _fault(404, "resource not found")
    return _fault(
        404,
        "Object not found.  objectId are usually numeric.",
        "OBJECT_NOT_FOUND",
        context={"id": [record_id]},
    )


def not_found(message: str, **more: Any) -> HubSpotFault:
    return _fault(404, message, "OBJECT_NOT_FOUND", **more)


def contact_exists(existing_id: str | None) -> HubSpotFault:
    """409 for an e-mail address that another contact owns; batches with several duplicates name no id."""
    suffix = "" if existing_id is None else f". Existing ID: {existing_id}"
    return _fault(409, f"Contact already exists{suffix}", "CONFLICT")


def conflict(message: str, **more: Any) -> HubSpotFault:
    return _fault(409, message, "CONFLICT", **more)


def required_missing(singular: str, names: Sequence[str]) -> HubSpotFault:
    return validation(
        f"Error creating {singular.upper()}. Some required properties were not set.",
        context={"properties": list(names)},
    )


def nothing_to_update() -> HubSpotFault:
    return validation("No properties found to update, please provide at least one.")


def batch_too_large(count: int, limit: int) -> HubSpotFault:
    return validation(f"The maximum number of inputs supported in a batch request is {limit}: got {count}.")


def duplicate_batch_ids(ids: Sequence[str]) -> HubSpotFault:
    return validation(
        f"Duplicate IDs found in batch input: [{', '.join(ids)}]. IDs must be unique",
        context={"ids": list(ids)},
    )


def non_unique_id_property(type_id: str) -> HubSpotFault:
    return validation(f"Unable to perform update/upsert by non-unique {type_id} property")


def missing_records_entry(singular: str, ids: Sequence[str], trace_ids: Sequence[str] = ()) -> Body:
    """The one entry that stands for every id a batch did not find."""
    context: dict[str, list[str]] = {"ids": list(ids)}
    if trace_ids:
        context["objectWriteTraceId"] = list(trace_ids)
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": context,
    }


def invalid_association(ids: Sequence[str]) -> HubSpotFault:
    return validation("One or more associations are invalid", context={"INVALID_OBJECT_IDS": list(ids)})


def unauthenticated() -> HubSpotFault:
    return _fault(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )


def expired_token() -> HubSpotFault:
    return _fault(401, "The OAuth token used to make this call expired.", "EXPIRED_AUTHENTICATION")


def missing_scopes(scopes: Sequence[str]) -> HubSpotFault:
    return _fault(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required "
        f"scopes here: {SCOPES_PAGE}.",
        "MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": SCOPES_PAGE},
    )


def tier_required(feature: str) -> HubSpotFault:
    return _fault(403, f"This account does not have access to {feature}.", "MISSING_SCOPES")


def rate_limited(message: str, policy: str) -> HubSpotFault:
    return HubSpotFault(
        429,
        {
            "status": "error",
            "message": message,
            "errorType": "RATE_LIMIT",
            "policyName": policy,
            "requestId": str(uuid.uuid4()),
        },
    )


def bad_refresh_token() -> HubSpotFault:
    text = "refresh token is invalid, expired or revoked"
    body: Mapping[str, str] = {
        "error": "invalid_grant",
        "error_description": text,
        "status": "BAD_REFRESH_TOKEN",
        "message": text,
    }
    return HubSpotFault(400, dict(body))


def bad_client() -> HubSpotFault:
    text = "missing or invalid client id"
    return HubSpotFault(
        400,
        {"error": "invalid_client", "error_description": text, "status": "BAD_CLIENT_ID", "message": text},
    )


def unsupported_grant(grant: str) -> HubSpotFault:
    text = f"missing or unknown grant type: {grant}"
    return HubSpotFault(
        400,
        {
            "error": "unsupported_grant_type",
            "error_description": text,
            "status": "BAD_GRANT_TYPE",
            "message": text,
        },
    )


def too_many_identities() -> HubSpotFault:
    return _fault(414, "The merged record would have more than 250 identities.", "VALIDATION_ERROR")


def page_not_found() -> HubSpotFault:
    return HubSpotFault(
        404,
        "<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404</h2></body></html>",
    )
