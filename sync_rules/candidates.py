"""Records that might be the same person or company, by key, and the fixed order among them.

Finding and ordering only; what follows from what was found is ``identity.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sync_rules.decisions import NO_DECISIONS, Decisions, pair_of
from sync_rules.external_ids import id18
from sync_rules.mapping_model import Mapping
from sync_rules.record_keys import Key, KeyKind, folded, keys_of, own_key, text_of
from sync_rules.records import Link, Record

Step = Literal[
    "decision", "external id", "email", "former_email", "phone_last_name", "domain", "name_country"
]
STEPS: tuple[Step, ...] = (
    "decision", "external id", "email", "former_email", "phone_last_name", "domain", "name_country",
)  # fmt: skip
"""The kinds of evidence in the order in which they count."""

EVIDENCE: dict[Step, str] = {
    "decision": "a person's decision", "external id": "external id", "email": "e-mail",
    "former_email": "former e-mail", "phone_last_name": "phone and last name", "domain": "domain",
    "name_country": "name and country",
}  # fmt: skip

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that might be the same person, with what breaks ties.

    Attributes:
        former: keys that lead to it by way of the past: addresses that the person had, ids of records that
            were merged or converted into it.
    """

    record: Record
    open_opportunity: bool = False
    owner_active: bool = True
    former: tuple[Key, ...] = ()


@dataclass(slots=True)
class CandidateIndex:
    """Links and candidates by key; grows as records of one batch are resolved."""

    mapping: Mapping
    decisions: Decisions = NO_DECISIONS
    by_record: dict[tuple[str, str], Link] = field(default_factory=dict)
    by_key: dict[Key, list[Candidate]] = field(default_factory=dict)
    former: dict[tuple[str, str], tuple[Key, ...]] = field(default_factory=dict)
    decided: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    keys_by_record: dict[int, tuple[Record, list[Key]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for hubspot_id, salesforce_id in sorted(self.decisions.same):
            self.decided.setdefault(("hubspot", hubspot_id), []).append(salesforce_id)
            self.decided.setdefault(("salesforce", salesforce_id), []).append(hubspot_id)

    def add_link(self, link: Link) -> None:
        """Know which link a record belongs to."""
        if link.hubspot_id is not None:
            self.by_record["hubspot", link.hubspot_id] = link
        for salesforce_id in (link.salesforce_id, link.lead_id):
            if salesforce_id is not None:
                self.by_record["salesforce", id18(salesforce_id)] = link

    def link_of(self, record: Record) -> Link | None:
        """The link that a record belongs to."""
        return self.by_record.get(_place(record))

    def add_candidate(self, candidate: Candidate) -> None:
        """Know a record by all its keys; what is known of it already stays."""
        mine = _place(candidate.record)
        if candidate.former:
            self.former.setdefault(mine, candidate.former)
        for key in dict.fromkeys((*self._own_keys(candidate.record), *candidate.former)):
            known = self.by_key.setdefault(key, [])
            if all(_place(other.record) != mine for other in known):
                known.append(candidate)

    def candidate(self, record: Record) -> Candidate:
        """What is known of a record of the batch beyond itself."""
        mine = _place(record)
        return next(c for c in self.by_key[own_key(record)] if _place(c.record) == mine)

    def keys(self, record: Record, step: Step) -> list[Key]:
        """The keys by which one step looks for a record's other half."""
        own = self._own_keys(record)
        if step == "external id":
            return [key for key in own if key[0].endswith("_id")]
        if step == "former_email":
            had = [key[1] for key in self.former.get(_place(record), ()) if key[0] == "former_email"]
            has = [key[1] for key in own if key[0] == "email"]
            return [*(("former_email", text) for text in has), *(("email", text) for text in had)]
        return [key for key in own if key[0] == step]

    def found(self, record: Record, step: Step) -> list[Candidate]:
        """Everybody across whom one step finds for a record."""
        if step == "decision":
            kinds: tuple[KeyKind, ...] = ("lead_id", "contact_id", "account_id", "hubspot_id")
            ids = self.decided.get(_place(record), ())
            keys: list[Key] = [(kind, text) for text in ids for kind in kinds]
            return [c for c in self.across(record, keys) if _place(c.record)[1] in ids]
        found = self.across(record, self.keys(record, step))
        if step == "email":
            return [c for c in found if self._names_vouch(record, c.record)]
        if step == "former_email":
            return [c for c in found if self.names_agree(record, c.record) is not False]
        return found

    def across(self, record: Record, keys: Iterable[Key]) -> list[Candidate]:
        """Living records of the other side by key, without those that a person told apart from this one."""
        found: dict[str, Candidate] = {}
        for key in keys:
            for candidate in self.by_key.get(key, ()):
                other = candidate.record
                alive = not other.deleted and other.fields.get("IsConverted") is not True
                if other.side != record.side and alive and not self._apart(record, other):
                    found.setdefault(other.id, candidate)
        return list(found.values())

    def rivals(self, candidate: Record, keys: Iterable[Key]) -> list[Candidate]:
        """Records that match ``candidate`` by these keys, and that nobody across is linked to."""
        return [
            rival
            for rival in self.across(candidate, keys)
            if (link := self.link_of(rival.record)) is None or None in (link.hubspot_id, link.salesforce_id)
        ]

    def shared(self, one: Record, another: Record) -> tuple[str, ...]:
        """The kinds of the keys by which two records agree, strongest first."""
        mine, theirs = self._all_keys(one), self._all_keys(another)
        kinds = {key[0] for key in mine & theirs}
        for own, other in ((mine, theirs), (theirs, mine)):
            had = {key[1] for key in own if key[0] == "former_email"}
            if had & {key[1] for key in other if key[0] == "email"}:
                kinds.add("former_email")
        decided = pair_of(one, another) in self.decisions.same
        order = ["hubspot_id", "contact_id", "lead_id", "account_id", *STEPS]
        return (*(["decision"] if decided else []), *sorted(kinds, key=lambda kind: order.index(kind)))

    def names_agree(self, one: Record, another: Record) -> bool | None:
        """Whether first and last name are the same; None where too little is known and nothing contradicts."""
        names = [
            [folded(text_of(record, name, self.mapping) or "") for name in ("first_name", "last_name")]
            for record in (one, another)
        ]
        if any(mine and theirs and mine != theirs for mine, theirs in zip(*names, strict=True)):
            return False
        return True if all(names[0]) and all(names[1]) else None

    def _own_keys(self, record: Record) -> list[Key]:
        """The record's keys, worked out once: every step asks for them."""
        known = self.keys_by_record.get(id(record))
        if known is None or known[0] is not record:
            known = self.keys_by_record[id(record)] = (record, keys_of(record, self.mapping))
        return known[1]

    def _all_keys(self, record: Record) -> set[Key]:
        return {*self._own_keys(record), *self.former.get(_place(record), ())}

    def _apart(self, one: Record, another: Record) -> bool:
        return pair_of(one, another) in self.decisions.different

    def _names_vouch(self, one: Record, another: Record) -> bool:
        """A shared mailbox belongs to many people: then the names must agree."""
        shared = {local.casefold() for local in self.mapping.identity.shared_mailboxes}
        emails = {key[1] for key in self._own_keys(one) if key[0] == "email"}
        emails &= {key[1] for key in self._own_keys(another) if key[0] == "email"}
        if any(email.partition("@")[0] not in shared for email in emails):
            return True
        return self.names_agree(one, another) is True


def preference(candidate: Candidate) -> tuple[bool, bool, bool, datetime, int, str]:
    """The fixed order: Contact over Lead, an open opportunity, an active owner, the oldest, at last the id."""
    record = candidate.record
    return (
        record.object_type == "Lead",
        not candidate.open_opportunity,
        not candidate.owner_active,
        record.created_at or _LATEST,
        # HubSpot ids are numbers of growing length.
        len(record.id),
        record.id,
    )


def _place(record: Record) -> tuple[str, str]:
    return record.side, id18(record.id) if record.side == "salesforce" else record.id
