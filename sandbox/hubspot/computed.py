"""Values that HubSpot derives when a record is written: domains, stage dates, parsed e-mail headers.

Pure. What activities and marketing events add to a contact is in `activity_effects.py` and
`engagement.py`.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.records import Actor, Properties
from sandbox.hubspot.schema import Schema
from sandbox.hubspot.values import iso

CONTACT_PIPELINE = "contacts-lifecycle-pipeline"
DEFAULT_LIFECYCLE_STAGE = "lead"
_SOURCE_LABELS = {"CRM_UI": "CRM UI", "INTEGRATION": "Integration", "FORM": "Forms", "IMPORT": "Import"}


def creation_values(kind: ObjectType, record_id: str, actor: Actor, at: datetime) -> dict[str, str]:
    """What every new record gets: ids, dates and origin."""
    moment = iso(at)
    values = {
        "hs_object_id": record_id,
        kind.created_property: moment,
        "hs_createdate": moment,
        "hs_lastmodifieddate": moment,
        kind.modified_property: moment,
        "hs_object_source": actor.source_type,
        "hs_object_source_label": _SOURCE_LABELS.get(actor.source_type, actor.source_type),
    }
    if actor.source_id is not None:
        values["hs_object_source_id"] = actor.source_id
    if actor.user_id is not None:
        values["hs_object_source_user_id"] = str(actor.user_id)
        values["hs_created_by_user_id"] = str(actor.user_id)
    if kind.name == "contacts":
        values["hs_all_contact_vids"] = record_id
        values["hs_pipeline"] = CONTACT_PIPELINE
        values["hs_marketable_status"] = "true" if actor.source_type == "FORM" else "false"
    return values


def derived_values(
    schema: Schema, before: Properties, changed: Mapping[str, str], actor: Actor, at: datetime
) -> dict[str, str]:
    """What follows from a change of `changed` on a record that held `before`."""
    name = schema.object_type
    after = {**before, **changed}
    values: dict[str, str] = {}
    if "hubspot_owner_id" in changed:
        values["hubspot_owner_assigneddate"] = iso(at) if changed["hubspot_owner_id"] else ""
    if actor.user_id is not None:
        values["hs_updated_by_user_id"] = str(actor.user_id)
    stage = changed.get("lifecyclestage")
    if stage:
        for date_name in (f"hs_lifecyclestage_{stage}_date", f"hs_v2_date_entered_{stage}"):
            if schema.get(date_name) is not None and not before.get(date_name):
                values[date_name] = iso(at)
    if name == "contacts":
        values |= _contact(after, changed)
    elif name == "deals" and "dealstage" in changed:
        values["hs_is_closed"] = _flag(changed["dealstage"] in ("closedwon", "closedlost"))
        values["hs_is_closed_won"] = _flag(changed["dealstage"] == "closedwon")
    elif name == "tasks" and "hs_task_status" in changed:
        done = changed["hs_task_status"] == "COMPLETED"
        values["hs_task_is_completed"] = "1" if done else "0"
        values["hs_task_completion_date"] = iso(at) if done else ""
    elif name == "emails" and "hs_email_headers" in changed:
        values |= email_header_values(changed["hs_email_headers"])
    return values


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _contact(after: Properties, changed: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    email = after.get("email") or ""
    if "email" in changed:
        values["hs_email_domain"] = email.rpartition("@")[2]
    if {"email", "firstname", "lastname"} & changed.keys():
        full = " ".join(part for part in (after.get("firstname"), after.get("lastname")) if part)
        values["hs_full_name_or_email"] = full or email
    return values


def email_header_values(text: str) -> dict[str, str]:
    """The read-only address properties that HubSpot fills from `hs_email_headers` (JSON as text)."""
    try:
        headers = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(headers, dict):
        return {}
    values: dict[str, str] = {}
    for key, stem in (("from", "from"), ("sender", "sender"), ("to", "to"), ("cc", "cc"), ("bcc", "bcc")):
        found = headers.get(key)
        people = found if isinstance(found, list) else [found]
        parts = [person for person in people if isinstance(person, dict)]
        addresses = [str(person["email"]) for person in parts if person.get("email")]
        if addresses:
            values[f"hs_email_{stem}_email"] = ";".join(addresses)
        if stem in ("from", "to"):
            for source, suffix in (("firstName", "firstname"), ("lastName", "lastname")):
                names = [str(person[source]) for person in parts if person.get(source)]
                if names:
                    values[f"hs_email_{stem}_{suffix}"] = ";".join(names)
    return values
