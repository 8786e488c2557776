"""The plan: everything that one pass would write, decided and not yet done.

Only frozen values live here. ``planner.py`` builds them, ``guard.py`` judges them, the pass applies them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sync_rules.decided import Decided
from sync_rules.records import Side

Operation = Literal["create", "update", "opt_out", "opt_in", "archive", "delete", "purge", "restore"]
REMOVALS: frozenset[Operation] = frozenset({"archive", "delete", "purge"})
WHOLE_RECORDS: frozenset[Operation] = REMOVALS | {"restore"}
"""Operations that take a record away, or give it back."""
"""What takes a record away: ``archive`` takes a creation back, ``delete`` follows a deletion across (both leave it in
the side's bin), ``purge`` follows one for good."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record.

    Attributes:
        name: the mapping's name of the field (``title``).
        target: the API name on the side written (``Title``).
        before, after: raw values in that side's own form; ``after`` None means "clear".
        value: the canonical value after the write, as the base will keep it.
        rule: the sync rule that decided.
        why: one short clause for people ("changed in HubSpot", "stage is now MQL").
    """

    name: str
    target: str
    before: Any
    after: Any
    value: Any
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Write:
    """One record to be written on one side.

    Attributes:
        key: stable identity within the plan (``salesforce:Lead:00Q…``, ``salesforce:Lead:new:<link>``).
        record_id: None for a create.
        external_key: ``(field, value)`` that makes a create an upsert, so that repeating it is harmless.
        link_id: the person, company or activity concerned.
        associations: HubSpot only: ``(to_object_type, to_record_id)`` pairs that go with a create.
    """

    key: str
    side: Side
    object_type: str
    operation: Operation
    record_id: str | None
    link_id: str
    changes: tuple[FieldChange, ...]
    external_key: tuple[str, str] | None = None
    associations: tuple[tuple[str, str], ...] = ()

    @property
    def consent(self) -> bool:
        """Whether it tells an existing record of a "no": those go first, and may use the API budget's reserve."""
        if self.operation == "opt_out":
            return True
        said_no = any(made.rule == "most_restrictive" and made.value is True for made in self.changes)
        return said_no and self.operation == "update"

    @property
    def fields(self) -> dict[str, Any]:
        """What goes on the wire: raw values by API name."""
        return {change.target: change.after for change in self.changes}


@dataclass(frozen=True, slots=True)
class Hold:
    """Something planned but not to be written, and why.

    Attributes:
        kind: ``ambiguous``, ``invalid_value``, ``unmapped_value``, ``unmapped_owner``, ``missing_minimum``,
            ``parent_cycle``, ``flapping``, ``rejected``, ``conflict``, ...
        field: the mapping's field name, or None when the whole record is held.
        accepted: the values that the side would take, where it says so.
        remedy: what a person can do about it.
    """

    link_id: str
    side: Side
    object_type: str
    kind: str
    why: str
    remedy: str
    field: str | None = None
    value: Any = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed one field differently; the loser is kept with its time and actor."""

    link_id: str
    field: str
    rule: str
    winner: Side
    winning_value: Any
    losing_value: Any
    losing_at: datetime | None
    losing_actor: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The base of a link after this plan: canonical values by the mapping's field name.

    ``settled`` are fields whose new base needs no write (both sides agree already); they may be stored at
    once. Fields that need a write get their new base when the write is confirmed.
    """

    link_id: str
    settled: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass's decisions, whole.

    Attributes:
        considered: links looked at.
        in_agreement: links that needed nothing.
        decisions: how fields whose two sides differ were merged, with the evidence; for replaying.
    """

    made_at: datetime
    writes: tuple[Write, ...]
    holds: tuple[Hold, ...]
    conflicts: tuple[Conflict, ...]
    agreements: tuple[Agreement, ...]
    considered: int
    in_agreement: int
    decisions: tuple[Decided, ...] = ()

    def counts(self) -> dict[str, int]:
        """Writes by ``side object operation``, for people and for metadata."""
        tally = Counter(f"{w.side} {w.object_type} {w.operation}" for w in self.writes)
        return dict(sorted(tally.items()))
