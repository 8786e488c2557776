"""What connectors take and give: requests, write results, owners, field specs, usage.

Plain frozen values shared by both vendors. Records themselves are ``sync_rules.records.Record``.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sync_rules.records import Side

WriteOperation = Literal["create", "update", "archive", "purge", "restore"]
"""``archive`` puts into the side's bin, ``purge`` deletes for good (HubSpot contacts only)."""

FieldType = Literal[
    "text",
    "email",
    "phone",
    "number",
    "boolean",
    "date",
    "datetime",
    "picklist",
    "multi_picklist",
    "owner",
    "reference",
    "id",
]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of modification times of one object type, both ends included; aware UTC."""

    object_type: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class Walk:
    """A read that may end before its end is reached.

    Attributes:
        most_pages: after so many pages it ends, at the next change of the stamp.
        reached: set by the read: every record up to here has been given; None if it came to its end.
    """

    most_pages: int
    reached: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What changed in one object type.

    Attributes:
        fields: API names wanted; those that the side does not show are left out of the answer.
        since: aware UTC, inclusive, already reduced by the caller's overlap; None reads everything.
        until: aware UTC, inclusive; None reads up to the present.
        walk: lets the read end early.
        history: API names whose change times are wanted (HubSpot only; Salesforce has none to give).
        known: which of ``(id, modified_at)`` need not be read again, because the caller holds them as of that
            moment (HubSpot only: its search tells ids and stamps, and values have to be read by id).
    """

    object_type: str
    fields: tuple[str, ...]
    since: datetime | None
    history: tuple[str, ...] = ()
    known: Callable[[Sequence[tuple[str, datetime]]], Set[str]] | None = None
    until: datetime | None = None
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One record to write.

    Attributes:
        key: the caller's name of this write; comes back in its result.
        record_id: None for a create.
        external_key: ``(field, value)`` that makes a create an upsert.
        fields: raw values by API name; None clears.
        associations: HubSpot only: ``(to_object_type, to_record_id)``.
        assign_by_rule: Salesforce only: let the org's assignment rules choose the owner of this new record.
        expected: the raw values that the caller knows to stand there, of the fields whose edits must not be lost;
            None: whatever stands there may go.
        unmodified_since: Salesforce only: when the record was last changed as far as the caller knows.
    """

    key: str
    record_id: str | None
    external_key: tuple[str, str] | None
    fields: Mapping[str, Any]
    associations: tuple[tuple[str, str], ...] = ()
    assign_by_rule: bool = False
    expected: Mapping[str, Any] | None = None
    unmodified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A raw value that somebody set between our read and our write, and that our write has replaced.

    Attributes:
        at: when they set it; on Salesforce when they last changed the record.
        actor: who, as the side names them.
    """

    value: Any
    at: datetime
    actor: str | None


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of one write.

    Attributes:
        record_id: the record written; for a refused duplicate the record that is in the way, and for a
            record merged away its winner.
        code: why it failed (the vendor's code, or ``MODIFIED_SINCE``, ``DUPLICATE``, ``ABSORBED``,
            ``OUTCOME_UNKNOWN``), or with ``ok`` the code ``NOT_APPLIED``: accepted, and ``fields`` silently left
            as they were.
        fields: API names at fault.
        overtaken: by API name, what the write replaced without the caller's knowing.
    """

    key: str
    ok: bool
    record_id: str | None
    created: bool = False
    code: str | None = None
    message: str | None = None
    fields: tuple[str, ...] = ()
    overtaken: Mapping[str, Overtaken] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody (or a queue) that records can belong to."""

    side: Side
    id: str
    email: str | None
    name: str
    active: bool
    queue: bool


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as the side describes it.

    Attributes:
        restricted: values outside ``options`` are refused.
        options: active values, in the side's order.
    """

    name: str
    label: str
    type: FieldType
    writable_on_create: bool
    writable_on_update: bool
    required: bool
    unique: bool
    max_length: int | None
    options: tuple[str, ...]
    restricted: bool


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """Calls made through one gateway object since it was made.

    Attributes:
        by_endpoint: calls by method and endpoint template.
        daily_limit, daily_remaining: as the vendor last said, or None.
    """

    calls: int
    by_endpoint: Mapping[str, int] = field(default_factory=dict)
    daily_limit: int | None = None
    daily_remaining: int | None = None


@dataclass(frozen=True, slots=True)
class EngagementEvent:
    """One thing that marketing's audience did.

    Attributes:
        activity_id: stable: the same event read twice has the same id.
        kind: ``form_submission``, ``page_view``, ``email_open``, ``email_click``, ``email_sent_marketing``.
        detail: the form's name, the page's URL or the campaign's name.
        contact_id, email: whose it is; at least one of them.
        source: where it was read: ``forms``, ``email_events``, ``page_views`` or ``contact_properties``.
    """

    activity_id: str
    kind: str
    at: datetime
    detail: str | None
    contact_id: str | None
    email: str | None
    source: str
