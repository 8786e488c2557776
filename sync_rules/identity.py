"""Who is who: the link that a changed record belongs to, is joined to, or begins.

The order, which is law: a stored link; what a person decided; the external ids that either side carries; e-mail;
an address that the person had before, where the names agree; then the secondary keys that the mapping switches on
(for companies: domain, then name with country). Several candidates of one step are told apart by Contact over
Lead, an open opportunity, an active owner, the oldest, at last the id; others are listed as duplicates. Different
answers among external ids are for a person to decide, from whichever of the records one asks.

Decisions on records that the caller fetched by their ``keys_of``. Conversions and merges are ``links.py``; how
candidates are found and ordered is ``candidates.py``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sync_rules.candidates import EVIDENCE, STEPS, Candidate, CandidateIndex, Step, preference
from sync_rules.decisions import NO_DECISIONS, Decisions
from sync_rules.external_ids import id18
from sync_rules.mapping_model import Mapping
from sync_rules.records import Link, LinkKind, Record

_PREFIX = {"contacts": "h", "companies": "hc", "Account": "sa"}
_PEOPLE = frozenset({"contacts", "Lead", "Contact"})


@dataclass(frozen=True, slots=True)
class Match:
    """A record that one record was matched with.

    Attributes:
        keys: the kinds of the keys by which the two agree, strongest first.
        linked_to: the link that has the record already, or None.
    """

    record: Record
    keys: tuple[str, ...]
    linked_to: Link | None = None


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
        matches: of an undecided record everybody across who matches, in the fixed order; of a joined one the
            record that it was joined to.
        rivals: of an undecided record others of its own side that match the same record across.
    """

    record: Record
    outcome: Literal["linked", "joined", "new", "duplicate", "hold"]
    link: Link | None
    evidence: str
    why: str
    chosen: Record | None = None
    duplicates: tuple[Record, ...] = ()
    retired: str | None = None
    matches: tuple[Match, ...] = ()
    rivals: tuple[Record, ...] = ()


def new_link_id(record: Record) -> str:
    """The id of the link that ``record`` begins; always the same, so that a crash changes nothing."""
    return link_id_of(record.object_type, record.id)


def link_id_of(object_type: str, record_id: str) -> str:
    """The id of the link that this record begins."""
    return f"{_PREFIX.get(object_type, 's')}{record_id}"


def record_id_of(link_id: str, object_type: str) -> str:
    """The id of the record that began ``link_id``: what ``new_link_id`` was made from."""
    return link_id.removeprefix(_PREFIX.get(object_type, "s"))


def resolve(
    records: Sequence[Record],
    candidates: Iterable[Candidate],
    links: Iterable[Link],
    mapping: Mapping,
    decisions: Decisions = NO_DECISIONS,
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
        decisions: what people decided about these records.
    """
    index = CandidateIndex(mapping, decisions)
    for link in links:
        index.add_link(link)
    for candidate in candidates:
        index.add_candidate(candidate)
    for record in records:
        index.add_candidate(Candidate(record))
    resolutions: list[Resolution] = []

    def order(record: Record) -> tuple[Any, ...]:
        return _evidence_rank(record, index), record.side != "hubspot", preference(index.candidate(record))

    for record in sorted(records, key=order):
        resolution = _resolve_one(record, index)
        if resolution is None:
            continue
        if resolution.link is not None:
            index.add_link(resolution.link)
        resolutions.append(resolution)
    return resolutions


def _evidence_rank(record: Record, index: CandidateIndex) -> int:
    """0 for a person's decision, then the steps in their order, last nobody."""
    return next((rank for rank, step in enumerate(STEPS) if index.found(record, step)), len(STEPS))


def _resolve_one(record: Record, index: CandidateIndex) -> Resolution | None:
    stored = index.link_of(record)
    if stored is not None and stored.hubspot_id is not None and stored.salesforce_id is not None:
        return Resolution(record, "linked", stored, "stored", "linked before")
    if record.deleted or record.fields.get("IsConverted") is True:
        return None if stored is None else Resolution(record, "linked", stored, "stored", "linked before")
    for step in STEPS:
        if found := index.found(record, step):
            if step == "external id":
                return _by_external_id(record, stored, found, index)
            return _choose(record, stored, found, index, step)
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


def _by_external_id(
    record: Record, stored: Link | None, named: list[Candidate], index: CandidateIndex
) -> Resolution:
    """A Lead and a Contact are no disagreement, the Contact goes first; two of a kind are one."""
    claims = [named]
    # What a record names may be named by others too, or name another itself.
    claims += [index.rivals(one.record, index.keys(one.record, "external id")) for one in named]
    for claim in claims:
        kinds = [candidate.record.object_type for candidate in claim]
        if len(set(kinds)) < len(kinds):
            why = f"the external ids name several records: {_ids(claim)}"
            others = tuple(c.record for c in claim if c.record.id != record.id)
            return _undecided(record, stored, "external id", why, named, others, index)
    return _choose(record, stored, named, index, "external id")


def _choose(
    record: Record, stored: Link | None, found: list[Candidate], index: CandidateIndex, step: Step
) -> Resolution:
    ordered = sorted(found, key=preference)
    evidence = EVIDENCE[step]
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
        matches = _matches(record, ordered, index)
        return Resolution(record, "duplicate", stored, evidence, why, best, matches=matches)
    if step == "former_email" and index.names_agree(record, free[0].record) is None:
        why = f"matches by an address that the person had, without a name to tell by: {_ids(free)}"
        return _undecided(record, stored, evidence, why, free, tuple(c.record for c in free), index)
    if step in ("external id", "decision"):
        torn: list[Candidate] = []
    else:
        torn = free if len(free) > 1 else index.rivals(free[0].record, index.keys(record, step))
    if len(torn) > 1 and index.mapping.identity.several == "hold":
        others = tuple(c.record for c in torn if c.record.id != record.id)
        why = f"several match by {evidence}: {_ids(torn)}"
        return _undecided(record, stored, evidence, why, free, others, index)
    chosen = free[0].record
    link, retired = _joined(record, stored, chosen, index.link_of(chosen), evidence)
    duplicates = tuple(c.record for c in ordered if c.record.id != chosen.id)
    why = f"matched by {evidence}"
    matches = _matches(record, free[:1], index)
    return Resolution(record, "joined", link, evidence, why, chosen, duplicates, retired, matches)


def _undecided(
    record: Record,
    stored: Link | None,
    evidence: str,
    why: str,
    across: Iterable[Candidate],
    others: tuple[Record, ...],
    index: CandidateIndex,
) -> Resolution:
    matches = _matches(record, sorted(across, key=preference), index)
    rivals = tuple(other for other in others if other.side == record.side)
    return Resolution(record, "hold", stored, evidence, why, None, others, matches=matches, rivals=rivals)


def _matches(record: Record, found: Iterable[Candidate], index: CandidateIndex) -> tuple[Match, ...]:
    return tuple(
        Match(one.record, index.shared(record, one.record), index.link_of(one.record)) for one in found
    )


def _ids(found: Iterable[Candidate]) -> str:
    return ", ".join(sorted(f"{c.record.object_type} {c.record.id}" for c in found))


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
