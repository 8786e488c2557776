"""The merged fields of one link whose records exist on both sides.

Shared by people and companies. Creating what is missing, and computed values, are for their own modules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sync_rules.addresses import phone_as
from sync_rules.changes import Bench, Place, change, consent_change, hold_field, hold_flapping
from sync_rules.countries import country_code
from sync_rules.decided import decided
from sync_rules.mapping_model import FieldSpec
from sync_rules.merge import NO_BASE, Decision, Seen, merge_field
from sync_rules.normalise import READERS, Reader, Unreadable
from sync_rules.plan import Agreement, Conflict, FieldChange
from sync_rules.reconsent import NO_EVIDENCE, Reconsent
from sync_rules.records import Link, Record, Side, Stamp
from sync_rules.undone import RESTS, Undone, base_since

NOT_READ = object()
NO_RECONSENT: Mapping[str, Reconsent] = MappingProxyType({})
NOTHING_UNDONE: Mapping[str, Undone] = MappingProxyType({})

# Types whose canonical form is text that may stand in the raw record as it is.
_TEXTUAL = frozenset({"text", "email", "phone", "domain"})


@dataclass(frozen=True, slots=True)
class Row:
    """One mapped field between two object types, with what the inner loop needs at hand."""

    spec: FieldSpec
    name: str
    hubspot: str
    salesforce: str
    read: Reader
    textual: bool

    def taken_back(self, agreed: Any, value: Any, reconsent: Mapping[str, Reconsent]) -> bool:
        """Whether both sides took back, without evidence, an opt-out that belongs to an address."""
        of_an_address = self.spec.hubspot_write == "opt_out" and self.name not in reconsent
        return of_an_address and agreed is True and value is not True


@dataclass(frozen=True, slots=True)
class Pairing:
    """The fields that two object types share, and where the country is that phone numbers are read by."""

    hubspot_type: str
    salesforce_type: str
    rows: tuple[Row, ...]
    country_hubspot: str | None
    country_salesforce: str | None

    def region(self, hubspot: Record | None, salesforce: Record | None, default: str | None) -> str | None:
        """The ISO country by which this link's phone numbers are read."""
        for record, target in ((salesforce, self.country_salesforce), (hubspot, self.country_hubspot)):
            text = record.fields.get(target) if record is not None and target is not None else None
            if isinstance(text, str) and (code := country_code(text)) is not None:
                return code
        return default


def pairing(specs: Iterable[FieldSpec], hubspot_type: str, salesforce_type: str) -> Pairing:
    """Prepare the fields that both object types have and that the mapping syncs."""
    rows: list[Row] = []
    country: tuple[str | None, str | None] = (None, None)
    for spec in specs:
        hubspot, salesforce = spec.target(hubspot_type), spec.target(salesforce_type)
        if spec.type == "country":
            country = (hubspot, salesforce)
        if hubspot is None or salesforce is None or spec.rule == "dont_sync":
            continue
        rows.append(Row(spec, spec.name, hubspot, salesforce, READERS[spec.type], spec.type in _TEXTUAL))
    return Pairing(hubspot_type, salesforce_type, tuple(rows), *country)


@dataclass(slots=True)
class Merged:
    """Changes by side, and what is agreed already; opt-outs apart, because HubSpot takes them by address."""

    hubspot: list[FieldChange]
    salesforce: list[FieldChange]
    opt_out: list[FieldChange]
    opt_out_conflicts: list[Conflict]
    opt_in: list[FieldChange]
    settled: dict[str, Any]

    def settle(self, name: str, agreed: Any, value: Any) -> None:
        """Both sides have ``value``: it is the base from now on."""
        if (agreed is NO_BASE or agreed != value) and not isinstance(value, Unreadable):
            self.settled[name] = value


def merge_link(
    bench: Bench,
    pair: Pairing,
    link: Link,
    hubspot: Record,
    salesforce: Record,
    base: Mapping[str, Any],
    frozen: frozenset[str],
    *,
    salesforce_writable: bool = True,
    undone: Mapping[str, Undone] = NOTHING_UNDONE,
    waiting: frozenset[str] = frozenset(),
    reconsent: Mapping[str, Reconsent] = NO_RECONSENT,
) -> Merged:
    """Merge every shared field; holds and conflicts are noted on the bench.

    Args:
        waiting: fields that are left alone where they were never agreed on.
    """
    merged = Merged([], [], [], [], [], {})
    ours, theirs = hubspot.fields, salesforce.fields
    owners = bench.owners
    region: str | None = None
    region_known = False
    for row in pair.rows:
        raw_hubspot = ours.get(row.hubspot, NOT_READ)
        raw_salesforce = theirs.get(row.salesforce, NOT_READ)
        agreed = base.get(row.name, NO_BASE)
        if raw_hubspot == raw_salesforce == agreed and (row.textual or agreed is None):
            continue
        if raw_hubspot is NOT_READ or raw_salesforce is NOT_READ:
            _hold_hidden(bench, pair, row, link, raw_hubspot, raw_salesforce, agreed)
            continue
        if not region_known:
            region = pair.region(hubspot, salesforce, bench.mapping.default_region)
            region_known = True
        value_hubspot = row.read(raw_hubspot, row.spec, "hubspot", owners, region)
        value_salesforce = row.read(raw_salesforce, row.spec, "salesforce", owners, region)
        if row.spec.type == "phone":
            value_hubspot = phone_as(raw_hubspot, value_hubspot, agreed)
            value_salesforce = phone_as(
                raw_salesforce, phone_as(raw_salesforce, value_salesforce, agreed), value_hubspot
            )
            value_hubspot = phone_as(raw_hubspot, value_hubspot, value_salesforce)
        if value_hubspot == value_salesforce:
            if row.taken_back(agreed, value_hubspot, reconsent):
                _put_back(bench, pair, row, link, (raw_hubspot, raw_salesforce), merged, salesforce_writable)
            else:
                merged.settle(row.name, agreed, value_hubspot)
            continue
        if (agreed is NO_BASE and row.name in waiting) or drifted(bench, pair, row, link.link_id):
            continue
        if row.name in undone:
            agreed = _base_since(
                bench,
                pair,
                row,
                link,
                undone[row.name],
                {"hubspot": raw_hubspot, "salesforce": raw_salesforce},
                {"hubspot": value_hubspot, "salesforce": value_salesforce},
                agreed,
                region,
            )
            if agreed is RESTS:
                continue
        seen = (
            Seen(value_hubspot, stamp_of(hubspot, row.hubspot)),
            Seen(value_salesforce, stamp_of(salesforce, row.salesforce)),
        )
        decision = _decide(bench, row, link, agreed, seen, reconsent.get(row.name))
        if decision.writes == "hubspot" or (decision.writes == "salesforce" and salesforce_writable):
            _carry_out(bench, pair, row, link, decision, (raw_hubspot, raw_salesforce), merged, frozen)
    return merged


def drifted(bench: Bench, pair: Pairing, row: Row, link_id: str) -> bool:
    """Whether the field has become something else on a side, so that nothing of it flows; it is held then."""
    places: tuple[tuple[Side, str, str], ...] = (
        ("hubspot", pair.hubspot_type, row.hubspot), ("salesforce", pair.salesforce_type, row.salesforce),
    )  # fmt: skip
    for side, object_type, target in places:
        if (why := bench.drifted.get((object_type, target))) is not None:
            place = Place(link_id, side, object_type)
            hold_field(bench, place, row.name, "drifted", f"{object_type}.{target} {why}", None)
            return True
    return False


def _hold_hidden(
    bench: Bench, pair: Pairing, row: Row, link: Link, raw_hubspot: Any, raw_salesforce: Any, agreed: Any
) -> None:
    """A side that does not show a field cannot be given what the other side has new there."""
    hidden: tuple[Side, str, str] = ("hubspot", pair.hubspot_type, row.hubspot)
    side: Side = "salesforce"
    raw = raw_salesforce
    if raw_hubspot is not NOT_READ:
        hidden, side, raw = ("salesforce", pair.salesforce_type, row.salesforce), "hubspot", raw_hubspot
    schema = bench.schemas.get(hidden[1])
    if raw is NOT_READ or schema is None or hidden[2] in schema or row.spec.rule == f"always_{hidden[0]}":
        return
    value = row.read(raw, row.spec, side, bench.owners, bench.mapping.default_region)
    if value not in (None, False, agreed):
        why = f"{hidden[1]} has no field {hidden[2]}, or hides it"
        hold_field(bench, Place(link.link_id, hidden[0], hidden[1]), row.name, "missing_field", why, value)


def _decide(
    bench: Bench, row: Row, link: Link, agreed: Any, seen: tuple[Seen, Seen], reconsent: Reconsent | None
) -> Decision:
    """The merge of one field, kept for replaying unless evidence decides, whatever the rules say."""
    decision = merge_field(row.spec, agreed, *seen, reconsent=reconsent)
    if reconsent is None:
        bench.found.decisions.append(decided(link.link_id, link.kind, row.spec, agreed, seen, decision))
    return decision


def _base_since(
    bench: Bench,
    pair: Pairing,
    row: Row,
    link: Link,
    item: Undone,
    raw: Mapping[Side, Any],
    values: Mapping[Side, Any],
    agreed: Any,
    region: str | None,
) -> Any:
    """The base of a field that was undone; while it rests, the hold is found again."""

    def means(side: Side, then: Any) -> bool:
        if side == item.side and raw[side] == then:
            return True
        meant = row.read(then, row.spec, item.side, bench.owners, region)
        # A national number is read by the country beside it, which may have been undone as well.
        now = phone_as(raw[side], values[side], meant) if row.spec.type == "phone" else values[side]
        return bool(now == meant)

    base = base_since(item, values["hubspot"], values["salesforce"], agreed, means)
    if base is RESTS:
        object_type = pair.hubspot_type if item.side == "hubspot" else pair.salesforce_type
        bench.found.holds.append(item.hold(link.link_id, object_type, row.name))
    return base


def stamp_of(record: Record, target: str) -> Stamp:
    """When a field was set: by its own history if told, else the record's time as upper bound."""
    known = record.stamps.get(target)
    return known or Stamp(at=record.modified_at, certain=False, actor=record.modified_by)


def _carry_out(
    bench: Bench,
    pair: Pairing,
    row: Row,
    link: Link,
    decision: Decision,
    raw: tuple[Any, Any],
    merged: Merged,
    frozen: frozenset[str],
) -> None:
    side: Side = "hubspot" if decision.write_hubspot else "salesforce"
    place = Place(link.link_id, side, pair.hubspot_type if side == "hubspot" else pair.salesforce_type)
    if row.name in frozen:
        hold_flapping(bench, place, row.name, decision.value)
        return
    before = raw[0] if side == "hubspot" else raw[1]
    opting_out = side == "hubspot" and row.spec.hubspot_write == "opt_out"
    made = (
        # Goes by its own call: the property itself is read-only.
        consent_change(row.spec, before, decision.why, said_no=decision.value is True)
        if opting_out
        else change(bench, place, row.spec, before, decision.value, rule=row.spec.rule, why=decision.why)
    )
    if made is None:
        return
    by_address = merged.opt_out if decision.value is True else merged.opt_in
    changes = merged.salesforce if side == "salesforce" else by_address if opting_out else merged.hubspot
    changes.append(made)
    if (loss := decision.conflict) is None:
        return
    conflicts = merged.opt_out_conflicts if opting_out else bench.found.conflicts
    conflicts.append(
        Conflict(
            link_id=link.link_id,
            field=row.name,
            rule=row.spec.rule,
            winner=loss.winner,
            winning_value=loss.winning_value,
            losing_value=getattr(loss.losing_value, "raw", loss.losing_value),
            losing_at=loss.losing_at,
            losing_actor=loss.losing_actor,
            why=loss.why,
        )
    )


def _put_back(
    bench: Bench,
    pair: Pairing,
    row: Row,
    link: Link,
    raw: tuple[Any, Any],
    merged: Merged,
    salesforce_writable: bool,
) -> None:
    why = f"taken back on both sides; {NO_EVIDENCE}"
    merged.opt_out.append(consent_change(row.spec, raw[0], why, said_no=True))
    place = Place(link.link_id, "salesforce", pair.salesforce_type)
    made = change(bench, place, row.spec, raw[1], True, rule=row.spec.rule, why=why)
    if made is not None and salesforce_writable:
        merged.salesforce.append(made)
    merged.opt_out_conflicts.append(
        Conflict(link.link_id, row.name, row.spec.rule, "salesforce", True, False, None, None, why)
    )


def agree(bench: Bench, link: Link, settled: Mapping[str, Any]) -> None:
    """Note what may be stored as agreed at once."""
    if settled:
        bench.found.agreements.append(Agreement(link.link_id, settled))
