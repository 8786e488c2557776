"""What one pass hands to the planner: what is known of each person, company and activity that may change.

Values only; ``planner.py`` decides on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sync_rules.owners import NO_OWNERS, OwnerMap
from sync_rules.reconsent import Reconsent
from sync_rules.records import Link, Record
from sync_rules.schema import Schemas
from sync_rules.undone import Undone


@dataclass(frozen=True, slots=True)
class PersonState:
    """One person as the mirror, the bases and the computations have them.

    A record's ``fields`` must name every mapped field that was read, with None for blank: a field that is not
    named was not read, and is left alone.

    Attributes:
        link: the person; ``hubspot``/``salesforce`` are the records it names, None where it names none.
        base: canonical values by field name as last agreed; None before the first agreement.
        computed: wanted values by name under ``computed`` in the mapping, those that apply now; None clears.
        proposed: names among ``computed`` that come true only when the person is created on the other side:
            they are written to the new record, and to no other before.
        admitted: the person may be created in Salesforce; ``admission_why`` says why or why not.
        frozen_fields: fields that flap and are held.
        undone: fields by name that were undone and wait for a change by somebody.
        apart: ids across from which a person told one of the records apart.
        claimed_by: other records that carry the id of one of these: a write of that id would be refused, an
            upsert by it would hit them.
        waiting: fields that the mapping gained after the link was made, and whose back-fill nobody has decided on.
        reconsent: evidence of a later "yes" by the consent field that it lifts.
        customer_account_id: the Salesforce Account of an existing customer that the person works for.
        deleted_across: when the person was deleted on the side where no record is, if the living one is older.
        removed_by_us: Accord itself has deleted one of the records.
        reopened_status: the status that a Lead goes back to; ``reopened_why`` says why.
        withdrawn: fields whose value Accord takes off both records, because it tells of a turn that is over.
        assigned_owner: who the routing policy wants to own the Salesforce record, as the canonical key.
        assigned_why: the policy's reason.
        lifecycle_back: HubSpot's lifecycle stage may move backwards, by the clear-then-set marker.
    """

    link: Link
    hubspot: Record | None
    salesforce: Record | None
    base: Mapping[str, Any] | None = None
    computed: Mapping[str, Any] = field(default_factory=dict)
    proposed: frozenset[str] = frozenset()
    admitted: bool = False
    admission_why: str = ""
    frozen_fields: frozenset[str] = frozenset()
    undone: Mapping[str, Undone] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    claimed_by: tuple[Record, ...] = ()
    waiting: frozenset[str] = frozenset()
    reconsent: Mapping[str, Reconsent] = field(default_factory=dict)
    customer_account_id: str | None = None
    deleted_across: datetime | None = None
    removed_by_us: bool = False
    lifecycle_back: bool = False
    reopened_status: str | None = None
    reopened_why: str = ""
    withdrawn: frozenset[str] = frozenset()
    assigned_owner: str | None = None
    assigned_why: str = ""


@dataclass(frozen=True, slots=True)
class CompanyState:
    """One company, in the same terms as a person."""

    link: Link
    hubspot: Record | None
    salesforce: Record | None
    base: Mapping[str, Any] | None = None
    frozen_fields: frozenset[str] = frozenset()
    undone: Mapping[str, Undone] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    removed_by_us: bool = False
    apart: frozenset[str] = frozenset()
    claimed_by: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityState:
    """One activity of one linked person: the record on either side, or both where it is known to be one.

    Attributes:
        key: stable identity of the activity: ``calls:123`` or ``Task:00T…`` (the side where it began).
        link: the person that it belongs to.
        base: canonical activity fields as last agreed.
    """

    key: str
    link: Link
    hubspot: Record | None
    salesforce: Record | None
    base: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MarketingEvent:
    """One marketing engagement of one HubSpot contact; ``detail`` is a URL, form or campaign name."""

    contact_id: str
    kind: str
    at: datetime
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class RollUpState:
    """All marketing engagement of one person on one business day, and the Task that tells of it, if made.

    Attributes:
        day: in the roll-up's time zone.
    """

    link: Link
    day: date
    events: tuple[MarketingEvent, ...]
    salesforce: Record | None


@dataclass(frozen=True, slots=True)
class AddressOptOut:
    """A record that has not heard that its e-mail address opted out on another record.

    For records that are no link's, or whose link is undecided: consent asks about the address only.

    Attributes:
        key: its writes and holds go by it (``consent.key_of``).
        teller: a record that opted out.
    """

    key: str
    record: Record
    teller: Record


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything that may change in one pass.

    Attributes:
        schemas: field descriptions by object type and API name; an object type left out is not checked.
        drifted: fields that have become something that the mapping cannot sync, ``(object type, API name)``: why.
    """

    people: Sequence[PersonState] = ()
    companies: Sequence[CompanyState] = ()
    activities: Sequence[ActivityState] = ()
    roll_ups: Sequence[RollUpState] = ()
    opt_outs: Sequence[AddressOptOut] = ()
    owners: OwnerMap = NO_OWNERS
    schemas: Schemas = field(default_factory=dict)
    drifted: Mapping[tuple[str, str], str] = field(default_factory=dict)
