"""The fields from which an activity is read, on either side. What they mean is ``activities.py``."""

from collections.abc import Mapping
from typing import Final

from sync_rules.external_ids import (
    ACTIVITY_AT_IN_SALESFORCE,
    ACTIVITY_ID_IN_HUBSPOT,
    ACTIVITY_ID_IN_SALESFORCE,
)
from sync_rules.records import Side

_ENGAGEMENT = ("hs_timestamp", "hubspot_owner_id", "hs_createdate", ACTIVITY_ID_IN_HUBSPOT)
_ACTIVITY = (
    ACTIVITY_AT_IN_SALESFORCE,
    ACTIVITY_ID_IN_SALESFORCE,
    "CreatedDate",
    "Description",
    "OwnerId",
    "Subject",
    "WhoId",
)
FIELDS: Final[Mapping[tuple[Side, str], tuple[str, ...]]] = {
    ("hubspot", "calls"): (
        *_ENGAGEMENT,
        "hs_call_body",
        "hs_call_direction",
        "hs_call_disposition",
        "hs_call_duration",
        "hs_call_status",
        "hs_call_title",
    ),
    ("hubspot", "emails"): (
        *_ENGAGEMENT,
        "hs_email_direction",
        "hs_email_html",
        "hs_email_message_id",
        "hs_email_status",
        "hs_email_subject",
        "hs_email_text",
    ),
    ("hubspot", "meetings"): (
        *_ENGAGEMENT,
        "hs_meeting_body",
        "hs_meeting_end_time",
        "hs_meeting_outcome",
        "hs_meeting_start_time",
        "hs_meeting_title",
    ),
    ("hubspot", "tasks"): (*_ENGAGEMENT, "hs_task_body", "hs_task_status", "hs_task_subject"),
    ("salesforce", "Task"): (
        *_ACTIVITY,
        "ActivityDate",
        "CallDisposition",
        "CallDurationInSeconds",
        "CallType",
        "CompletedDateTime",
        "IsClosed",
        "Status",
        "TaskSubtype",
    ),
    ("salesforce", "Event"): (
        *_ACTIVITY,
        "ActivityDateTime",
        "DurationInMinutes",
        "EndDateTime",
        "IsChild",
        "StartDateTime",
    ),
}
