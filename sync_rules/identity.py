"""Who is who: the link that a changed record belongs to, is joined to, or begins.

The order, which is law: a stored link; the external ids that either side carries; e-mail; then the secondary
keys that the mapping switches on (for companies: domain, then name with country). Several candidates of one
step are told apart by Contact over Lead, an open opportunity, an active owner, the oldest, at last the id;
others are listed as duplicates. Different answers among external ids are for a person to decide, from whichever
of the records one asks.

Decisions on records that the caller fetched by their ``keys_of``. Conversions and merges are ``links.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sync_rules.external_ids import id18
from sync_rules.mapping_model import Mapping
from sync_rules.record_keys import Key, folded, keys_of, text_of
from sync_rules.records import Link, LinkKind, Record

_EVIDENCE = {
    "email": "e-mail", "domain": "domain", "name_country": "name and country",
    "phone_last_name": "phone and last name",
}  # fmt: skip
_STEPS = (("email",), ("phone_last_name",), ("domain",), ("name_country",))
_PREFIX = {"contacts": "h", "companies": "hc", "Account": "sa"}
_LATEST = datetime.max.replace(tzinfo=UTC)
_PEOPLE = frozenset({"contacts", "Lead", "Contact"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that might be the same person, with what breaks ties."""

    record: Record
    open_opportunity: bool = False
    owner_active: bool = True


@dataclass(frozen=True, slots=True)
class Resolution:
    """What became of one record.

    Attributes:
        outcome: ``linked`` (was before), ``joined`` (now linked to the other side), ``new`` (a link of its
            own), ``duplicate`` (its person is linked to another record of this side), ``hold`` (a person
            must decide).
        link: the link as it is now; None for ``duplicate`` and ``hold`` of a record that had none.
        chosen: the record on the other side that it was joined to.
        duplicates: records on the other side that matched too and were not chosen.
        retired: a one-sided link that went up in ``link``; its history belongs to ``link`` now.
    """

    record: Record
    outcome: Literal["linked", "joined", "new", "duplicate", "hold"]
    link: Link | None
    evidence: str
    why: str
    chosen: Record | None = None
    duplicates: tuple[Record, ...] = ()
    retired: str | None = None


def new_link_id(record: Record) -> str:
    """The id of the link that ``record`` begins; always the same, so that a crash changes nothing."""
    return f"{_PREFIX.get(record.object_type, 's')}{record.id}"


def record_id_of(link_id: str, object_type: str) -> str:
    """The id of the record that began ``link_id``: what ``new_link_id`` was made from."""
    return link_id.removeprefix(_PREFIX.get(object_type, "s"))


@dataclass(slots=True)
class _Index:
    """Links and candidates by key; grows as records of one batch are resolved."""

    mapping: Mapping
    by_record: dict[tuple[str, str], Link] = field(default_factory=dict)
    by_key: dict[Key, list[Candidate]] = field(default_factory=dict)

    def add_link(self, link: Link) -> None:
        if link.hubspot_id is not None:
            self.by_record["hubspot", link.hubspot_id] = link
        for salesforce_id in (link.salesforce_id, link.lead_id):
            if salesforce_id is not None:
                self.by_record["salesforce", id18(salesforce_id)] = link

    def link_of(self, record: Record) -> Link | None:
        return self.by_record.get(
            (record.side, id18(record.id) if record.side == "salesforce" else record.id)
        )

    def add_candidate(self, candidate: Candidate) -> None:
        for key in keys_of(candidate.record, self.mapping):
            known = self.by_key.setdefault(key, [])
            mine = (candidate.record.side, candidate.record.id)
            if all((other.record.side, other.record.id) != mine for other in known):
                known.append(candidate)

    def candidate(self, record: Record) -> Candidate:
        """What is known of a record of the batch beyond itself."""
        mine = (record.side, record.id)
        known = self.by_key[keys_of(record, self.mapping)[0]]
        return next(c for c in known if (c.record.side, c.record.id) == mine)

    def across(self, record: Record, keys: Iterable[Key]) -> list[Candidate]:
        found: dict[str, Candidate] = {}
        for key in keys:
            for candidate in self.by_key.get(key, ()):
                other = candidate.record
                alive = not other.deleted and other.fields.get("IsConverted") is not True
                if other.side != record.side and alive:
                    found.setdefault(other.id, candidate)
        return list(found.values())

    def rivals(self, candidate: Record, keys: Iterable[Key]) -> list[Candidate]:
        """Records that match ``candidate`` by these keys, and that nobody across is linked to."""
        return [
            rival
            for rival in self.across(candidate, keys)
            if (link := self.link_of(rival.record)) is None or None in (link.hubspot_id, link.salesforce_id)
        ]


def resolve(
    records: Sequence[Record], candidates: Iterable[Candidate], links: Iterable[Link], mapping: Mapping
) -> list[Resolution]:
    """Decide for every changed record; each answer counts for the next.

    The strongest evidence first, so that nobody takes by name what another can claim by id; then HubSpot's
    records, then the preferred.

    Args:
        records: changed people, or changed companies; not both in one call. Deleted records and converted
            Leads are answered only if they are linked.
        candidates: what the caller found by the records' keys on the other side; records of the batch count
            as candidates of each other without being listed.
        links: the stored links of records and candidates.
    """
    index = _Index(mapping)
    for link in links:
        index.add_link(link)
    for candidate in candidates:
        index.add_candidate(candidate)
    for record in records:
        index.add_candidate(Candidate(record))
    resolutions: list[Resolution] = []

    def order(record: Record) -> tuple[Any, ...]:
        return _evidence_rank(record, index), record.side != "hubspot", _preference(index.candidate(record))

    for record in sorted(records, key=order):
        resolution = _resolve_one(record, index)
        if resolution is None:
            continue
        if resolution.link is not None:
            index.add_link(resolution.link)
        resolutions.append(resolution)
    return resolutions


def _evidence_rank(record: Record, index: _Index) -> int:
    """0 for an external id, then the steps in their order, last nobody."""
    keys = keys_of(record, index.mapping)
    for rank, step in enumerate((None, *_STEPS)):
        wanted = _ids(keys) if step is None else [key for key in keys if key[0] in step]
        if wanted and index.across(record, wanted):
            return rank
    return len(_STEPS) + 1


def _resolve_one(record: Record, index: _Index) -> Resolution | None:
    stored = index.link_of(record)
    if stored is not None and stored.hubspot_id is not None and stored.salesforce_id is not None:
        return Resolution(record, "linked", stored, "stored", "linked before")
    if record.deleted or record.fields.get("IsConverted") is True:
        return None if stored is None else Resolution(record, "linked", stored, "stored", "linked before")
    keys = keys_of(record, index.mapping)
    named = index.across(record, _ids(keys))
    if named:
        return _by_external_id(record, stored, named, index)
    for step in _STEPS:
        wanted = [key for key in keys if key[0] in step]
        found = index.across(record, wanted)
        if step == ("email",):
            found = [c for c in found if _names_vouch(record, c.record, index.mapping)]
        if found:
            return _choose(record, stored, found, index, _EVIDENCE[step[0]], wanted)
    if stored is not None:
        return Resolution(
            record, "linked", stored, "stored", "linked before; nobody on the other side matches"
        )
    return Resolution(record, "new", _own_link(record), "new", "nobody on the other side matches")


def _own_link(record: Record) -> Link:
    kind: LinkKind = "person" if record.object_type in _PEOPLE else "company"
    if record.side == "hubspot":
        return Link(new_link_id(record), kind, record.id, None, None, "new")
    return Link(new_link_id(record), kind, None, record.object_type, id18(record.id), "new")


def _by_external_id(record: Record, stored: Link | None, named: list[Candidate], index: _Index) -> Resolution:
    """A Lead and a Contact are no disagreement, the Contact goes first; two of a kind are one."""
    claims = [named]
    # What a record names may be named by others too, or name another itself.
    claims += [index.rivals(one.record, _ids(keys_of(one.record, index.mapping))) for one in named]
    for claim in claims:
        kinds = [candidate.record.object_type for candidate in claim]
        if len(set(kinds)) < len(kinds):
            ids = ", ".join(sorted(f"{c.record.object_type} {c.record.id}" for c in claim))
            why = f"the external ids name several records: {ids}"
            others = tuple(c.record for c in claim if c.record.id != record.id)
            return Resolution(record, "hold", stored, "external id", why, None, others)
    return _choose(record, stored, named, index, "external id")


def _ids(keys: Iterable[Key]) -> list[Key]:
    return [key for key in keys if key[0].endswith("_id")]


def _names_vouch(one: Record, another: Record, mapping: Mapping) -> bool:
    """A shared mailbox belongs to many people: then the names must agree."""
    shared = {local.casefold() for local in mapping.identity.shared_mailboxes}
    emails = {key[1] for key in keys_of(one, mapping) if key[0] == "email"}
    emails &= {key[1] for key in keys_of(another, mapping) if key[0] == "email"}
    if any(email.partition("@")[0] not in shared for email in emails):
        return True
    names = [
        tuple(folded(text_of(record, name, mapping) or "") for name in ("first_name", "last_name"))
        for record in (one, another)
    ]
    return names[0] == names[1] and all(names[0])


def _choose(
    record: Record,
    stored: Link | None,
    found: list[Candidate],
    index: _Index,
    evidence: str,
    keys: Iterable[Key] = (),
) -> Resolution:
    ordered = sorted(found, key=_preference)
    mine = record.side

    def taken(candidate: Candidate) -> Link | None:
        link = index.link_of(candidate.record)
        has_mine = (
            link is not None and (link.hubspot_id if mine == "hubspot" else link.salesforce_id) is not None
        )
        return link if has_mine else None

    free = [candidate for candidate in ordered if taken(candidate) is None]
    if not free:
        owner = taken(ordered[0])
        linked = owner.hubspot_id if owner and mine == "hubspot" else owner.salesforce_id if owner else None
        best = ordered[0].record
        why = f"{best.object_type} {best.id} matches by {evidence} and is linked to {linked}"
        return Resolution(record, "duplicate", stored, evidence, why, ordered[0].record)
    torn = free if len(free) > 1 else index.rivals(free[0].record, keys)
    if len(torn) > 1 and index.mapping.identity.several == "hold":
        ids = ", ".join(f"{c.record.object_type} {c.record.id}" for c in torn)
        others = tuple(c.record for c in torn if c.record.id != record.id)
        return Resolution(
            record, "hold", stored, evidence, f"several match by {evidence}: {ids}", None, others
        )
    chosen = free[0].record
    link, retired = _joined(record, stored, chosen, index.link_of(chosen), evidence)
    duplicates = tuple(c.record for c in ordered if c.record.id != chosen.id)
    return Resolution(record, "joined", link, evidence, f"matched by {evidence}", chosen, duplicates, retired)


def _preference(candidate: Candidate) -> tuple[bool, bool, bool, datetime, int, str]:
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


def _joined(
    record: Record, stored: Link | None, chosen: Record, theirs: Link | None, evidence: str
) -> tuple[Link, str | None]:
    """One link of both records; of two one-sided links HubSpot's stays, whichever came later."""
    hubspot, salesforce = (record, chosen) if record.side == "hubspot" else (chosen, record)
    ours, other = (stored, theirs) if record.side == "hubspot" else (theirs, stored)
    kept = ours or other or _own_link(record)
    link = replace(
        kept,
        hubspot_id=hubspot.id,
        salesforce_type=salesforce.object_type,
        salesforce_id=id18(salesforce.id),
        evidence=evidence,
    )
    retired = (
        other.link_id if ours is not None and other is not None and other.link_id != ours.link_id else None
    )
    return link, retired
