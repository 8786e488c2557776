"""The review queue: who waits for a person's word, and what that word changes.

A decision is stored for good and takes effect at once in Accord's own state, under the lease that keeps passes
away; what it changes in either CRM (the ids by which records name each other, the fields) is planned, guarded
and journalled by the next pass like anything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connectors.store import decisions, evidence, holds, links, mirror, separate
from connectors.store.decisions import Decision, How
from connectors.store.evidence import Evidence, RecordKey
from passes.context import PassContext
from passes.linking import link as linking
from sync_rules.decisions import Pair
from sync_rules.identity import link_id_of
from sync_rules.records import Link, LinkKind, Record, Side
from sync_rules.review import UNDECIDED, Case, Option, Place, case_from_json

_COMPANY_TYPES = {"companies", "Account"}


class ReviewError(Exception):
    """A decision about something that is not there, or that cannot be decided so; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the review queue.

    Attributes:
        name: the link by which commands call it; of a record without a link the one that it would begin.
    """

    name: str
    kind: str
    why: str
    since: datetime
    case: Case

    @property
    def link_kind(self) -> LinkKind:
        """Whether it is about people or companies."""
        return "company" if self.case.record.object_type in _COMPANY_TYPES else "person"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision has changed in Accord's state.

    Attributes:
        link: the living link of the record that was decided on, or None while it is still undecided.
        still: what is undecided about the record after it.
    """

    how: How
    record: Place
    link: Link | None
    still: tuple[Item, ...] = ()


def queue(connection: sa.Connection) -> list[Item]:
    """Everything that waits for a person to say who is who, oldest first."""
    return list(_items(holds.open_holds(connection)))


def accept(context: PassContext, name: str, candidate: str | None, by: str) -> list[Outcome]:
    """Say that the undecided record and this candidate are one; they are linked at once.

    A candidate that was linked to another record leaves it: that one is looked at again, as a duplicate.

    Args:
        candidate: the record id; None takes the one that the fixed order would pick.

    Raises:
        ReviewError: there is no such case or candidate.
    """
    now = context.now()
    with context.store.begin() as connection:
        item = _item(connection, name, candidate)
        option = _option(item, candidate)
        concerned = [_key(item.case.record), _key(option.record)]
        holder = _holder(connection, option.record)
        if holder is not None and option.linked_to is not None:
            concerned += _take_apart(context, connection, holder, by, now)
        _decide(connection, item, option, "same", "accept", by, now)
        return [_again(context, connection, item, "accept", concerned, now)]


def reject(context: PassContext, name: str, candidates: Sequence[str], by: str) -> list[Outcome]:
    """Say that the undecided record and these candidates are not one; without any: none of its candidates.

    Raises:
        ReviewError: there is no such case or candidate.
    """
    now = context.now()
    with context.store.begin() as connection:
        item = _item(connection, name, candidates[0] if candidates else None)
        options = [_option(item, one) for one in candidates] or list(item.case.options)
        for option in options:
            _decide(connection, item, option, "different", "reject", by, now)
        concerned = [_key(item.case.record), *(_key(option.record) for option in options)]
        return [_again(context, connection, item, "reject", concerned, now)]


def split(context: PassContext, link_id: str, by: str) -> list[Outcome]:
    """Make two people of one wrong link; they are never joined again by what they have in common.

    The record that began the link keeps it, with clocks, stages and journal; the other begins anew. Neither
    has an agreed base afterwards. The next pass takes the ids out by which the two name each other.

    Raises:
        ReviewError: there is no such link, or it has one record only.
    """
    now = context.now()
    with context.store.begin() as connection:
        known = links.living(connection, [link_id]).get(link_id)
        if known is None or known.hubspot_id is None or known.salesforce_id is None:
            raise ReviewError(f"{link_id} links no two records")
        sides: tuple[Side, Side] = ("hubspot", "salesforce")
        keys = [key for side in sides for key in evidence.records_of(known) if key[0] == side]
        pairs: list[Pair] = [(known.hubspot_id, known.salesforce_id)]
        if known.lead_id is not None:
            pairs.append((known.hubspot_id, known.lead_id))
        for pair in pairs:
            decisions.add(connection, Decision(known.kind, pair, "different", by, "split"), now=now)
        _take_apart(context, connection, known, by, now)
        _look_again(context, connection, known.kind, keys, now)
        places = [Place(*key) for key in keys if key[2] != known.lead_id]
        return [_outcome(connection, "split", place) for place in places]


def _items(rows: Sequence[Any]) -> Iterator[Item]:
    for row in rows:
        # A hold from before cases were kept gets its own the next time that anything changes.
        if row.kind in UNDECIDED and row.value is not None:
            yield Item(row.link_id, row.kind, row.why, row.first_seen_at, case_from_json(row.value))


def _item(connection: sa.Connection, name: str, candidate: str | None) -> Item:
    found = list(_items(holds.open_holds(connection, [name])))
    for item in found:
        if candidate is None or any(one.record.id == candidate for one in item.case.options):
            return item
    if found:
        have = ", ".join(one.record.id for item in found for one in item.case.options)
        raise ReviewError(f"{candidate} is no candidate of {name}; its candidates are {have}")
    raise ReviewError(f"nothing is to be decided about {name}; `accord review-links` lists what is")


def _option(item: Item, candidate: str | None) -> Option:
    if not item.case.options:
        raise ReviewError(f"{item.name} has no candidate left; the next pass looks again")
    found = [one for one in item.case.options if candidate in (None, one.record.id)]
    if not found:
        raise ReviewError(f"{candidate} is no candidate of {item.name}")
    return found[0]


def _key(place: Place) -> RecordKey:
    return place.side, place.object_type, place.id


def _holder(connection: sa.Connection, place: Place) -> Link | None:
    link_id = mirror.link_ids(connection, [_key(place)]).get(_key(place))
    return None if link_id is None else links.living(connection, [link_id]).get(link_id)


def _decide(
    connection: sa.Connection,
    item: Item,
    option: Option,
    verdict: Literal["same", "different"],
    how: How,
    by: str,
    now: datetime,
) -> None:
    mine, theirs = item.case.record, option.record
    hubspot, salesforce = (mine, theirs) if mine.side == "hubspot" else (theirs, mine)
    pair = (hubspot.id, salesforce.id)
    decisions.add(connection, Decision(item.link_kind, pair, verdict, by, how), now=now)


def _take_apart(
    context: PassContext, connection: sa.Connection, link: Link, by: str, now: datetime
) -> list[RecordKey]:
    """Two links of one; answers the records concerned."""
    kept, other = separate.separate(connection, link, now=now)
    why = f"{by} took {link.link_id} apart"
    told = [Evidence(one, "separated", "a person's decision", why) for one in (kept, other)]
    evidence.add(connection, told, pass_id=context.pass_id, now=now)
    return [key for one in (kept, other) for key in evidence.records_of(one)]


def _again(
    context: PassContext,
    connection: sa.Connection,
    item: Item,
    how: How,
    concerned: Sequence[RecordKey],
    now: datetime,
) -> Outcome:
    for kind in sorted(UNDECIDED):
        holds.release(connection, [item.name], kind, now=now)
    _look_again(context, connection, item.link_kind, concerned, now)
    return _outcome(connection, how, item.case.record)


def _look_again(
    context: PassContext, connection: sa.Connection, kind: LinkKind, keys: Sequence[RecordKey], now: datetime
) -> None:
    """Decide on these records by what is known now, and on everybody else who waits for a decision."""
    records: list[Record] = list(mirror.load_many(connection, keys).values())
    records += linking.undecided(connection, kind, records)
    linking.decide(context, connection, kind, records, now)
    # The time line gives activities to whom they belong once it sees the records again.
    mirror.touch(connection, keys)
    mirror.mark_due(connection, mirror.link_ids(connection, keys).values())


def _outcome(connection: sa.Connection, how: How, place: Place) -> Outcome:
    link = _holder(connection, place)
    names = {link_id_of(place.object_type, place.id)} | ({link.link_id} if link is not None else set())
    still = tuple(one for one in _items(holds.open_holds(connection, names)) if one.case.record == place)
    return Outcome(how, place, link, still)
