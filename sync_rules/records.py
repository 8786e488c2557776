"""The records that both sides speak of, as the rest of Accord sees them.

Plain frozen values and nothing else: no reading, no writing, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Side = Literal["hubspot", "salesforce"]
SIDES: tuple[Side, Side] = ("hubspot", "salesforce")


def other(side: Side) -> Side:
    """The side across."""
    return "salesforce" if side == "hubspot" else "hubspot"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a field's present value was set, and by whom.

    Attributes:
        at: aware UTC.
        certain: true for a field's own history, false for a record-level stamp, which is only an upper bound.
        actor: who, in the vendor's words (``userId:12``, a Salesforce user id), or None.
        ours: the value is Accord's own write coming back.
    """

    at: datetime
    certain: bool
    actor: str | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record as one side last said it.

    Attributes:
        object_type: HubSpot's plural object name (``contacts``) or Salesforce's sObject name (``Lead``).
        fields: raw values by API name. HubSpot: text or None. Salesforce: JSON values. Names that start
            with ``_`` are not fields but facts read beside them (``_contacts``: associated contact ids;
            ``_master_id``: the winner of a merge; ``_merged_ids``: absorbed ids).
        modified_at: aware UTC; ``lastmodifieddate``/``hs_lastmodifieddate`` or ``SystemModstamp``.
        deleted: a tombstone: the side says that the record was deleted, archived or merged away.
        stamps: change times by API name, where the side has told them.
        modified_by: the record-level author, where the side tells it.
    """

    side: Side
    object_type: str
    id: str
    fields: Mapping[str, Any]
    modified_at: datetime
    created_at: datetime | None = None
    deleted: bool = False
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    modified_by: str | None = None


LinkKind = Literal["person", "company"]


@dataclass(frozen=True, slots=True)
class Link:
    """One person's (or company's) records on both sides; either side may still be missing.

    Attributes:
        link_id: Accord's own key of the person; survives conversion, merges and changes of address.
        salesforce_type: ``Lead``, ``Contact`` or ``Account``; None while there is no Salesforce record.
        lead_id: the Lead that a Contact was converted from, kept after conversion.
        evidence: how the two were found to be one: ``stored``, ``external id``, ``e-mail``, ``created``, ...
    """

    link_id: str
    kind: LinkKind
    hubspot_id: str | None
    salesforce_type: str | None
    salesforce_id: str | None
    evidence: str
    lead_id: str | None = None
