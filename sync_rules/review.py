"""What a person has to decide: the undecided record, its candidates, and the merge that would settle it.

Plain values, as a hold keeps them; ids and kinds of keys only, nothing that tells who somebody is. Who is
undecided and why is ``identity.py``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sync_rules.external_ids import id18
from sync_rules.identity import Match, Resolution
from sync_rules.links import LinkChange
from sync_rules.records import Link, Record, Side

AMBIGUOUS, DUPLICATE = "ambiguous", "duplicate"
UNDECIDED = frozenset({AMBIGUOUS, DUPLICATE})
"""The kinds of holds that wait for a person to say who is who."""


@dataclass(frozen=True, slots=True)
class Place:
    """One record by its names."""

    side: Side
    object_type: str
    id: str


@dataclass(frozen=True, slots=True)
class Option:
    """A record that might be the undecided one's other half.

    Attributes:
        keys: the kinds of the keys by which the two agree.
        linked_to: the record of the undecided one's side that it is linked to already, or None.
    """

    record: Place
    keys: tuple[str, ...]
    linked_to: Place | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A merge that only a person does, in the vendor's own page: ``losers`` go up in ``winner``."""

    operation: Literal["merge", "convert"]
    losers: tuple[Place, ...]
    winner: Place

    @property
    def text(self) -> str:
        """The proposal as an instruction."""
        side = {"hubspot": "HubSpot", "salesforce": "Salesforce"}[self.winner.side]
        whom = ", ".join(f"{one.object_type} {one.id}" for one in self.losers)
        return f"In {side}, {self.operation} {whom} into {self.winner.object_type} {self.winner.id}"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the review queue.

    Attributes:
        options: in the fixed order; the first is the one that Accord's order would pick.
        rivals: records of the same side that claim the same record across.
        proposal: the merge that would settle it, where one would.
    """

    record: Place
    evidence: str
    options: tuple[Option, ...]
    rivals: tuple[Place, ...] = ()
    proposal: Proposal | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which a hold keeps it."""
        return asdict(self)


def case_of(resolution: Resolution) -> Case:
    """The case of a resolution that is ``hold`` or ``duplicate``."""
    record = resolution.record
    options = tuple(_option(match, record) for match in resolution.matches)
    rivals = tuple(place_of(one) for one in resolution.rivals)
    return Case(place_of(record), resolution.evidence, options, rivals, _proposal(resolution, options))


def case_of_move(change: LinkChange) -> Case:
    """The case of two links that claim one record after a conversion or a merge."""
    gone, holder = change.before, change.holder
    if holder is None:
        raise ValueError("only an ambiguous change has a case")
    moved: Side = (
        "salesforce" if change.after is not None and change.after.salesforce_id is None else "hubspot"
    )
    across: Side = "hubspot" if moved == "salesforce" else "salesforce"
    mine, theirs = _place_in(gone, across), _place_in(holder, across)
    taken = _place_in(holder, moved)
    evidence = "conversion" if change.cause == "converted" else "merge"
    return Case(mine, evidence, (Option(taken, (evidence,), theirs),), (), _merge((mine,), theirs))


def case_from_json(value: Mapping[str, Any]) -> Case:
    """The case that a hold keeps."""
    proposal = value["proposal"]
    return Case(
        Place(**value["record"]),
        value["evidence"],
        tuple(
            Option(
                Place(**one["record"]),
                tuple(one["keys"]),
                Place(**one["linked_to"]) if one["linked_to"] else None,
            )
            for one in value["options"]
        ),
        tuple(Place(**one) for one in value["rivals"]),
        Proposal(
            proposal["operation"],
            tuple(Place(**one) for one in proposal["losers"]),
            Place(**proposal["winner"]),
        )
        if proposal
        else None,
    )


def place_of(record: Record) -> Place:
    """The record's names."""
    return Place(record.side, record.object_type, _id(record.side, record.id))


def _id(side: Side, record_id: str) -> str:
    return id18(record_id) if side == "salesforce" else record_id


def _option(match: Match, record: Record) -> Option:
    link = match.linked_to
    holds = link is not None and (link.hubspot_id if record.side == "hubspot" else link.salesforce_id)
    linked = _place_in(link, record.side) if link is not None and holds else None
    return Option(place_of(match.record), match.keys, linked)


def _place_in(link: Link, side: Side) -> Place:
    if side == "hubspot":
        return Place("hubspot", "contacts" if link.kind == "person" else "companies", link.hubspot_id or "")
    return Place("salesforce", link.salesforce_type or "", link.salesforce_id or "")


def _proposal(resolution: Resolution, options: tuple[Option, ...]) -> Proposal | None:
    """Merge the second record of a linked person; or the several records among which nobody can choose."""
    mine = place_of(resolution.record)
    if resolution.outcome == "duplicate":
        there = options[0].linked_to
        return None if there is None else _merge((mine,), there)
    if resolution.rivals:
        return _merge([place_of(one) for one in resolution.rivals], mine)
    if len(options) > 1:
        return _merge([one.record for one in options[1:]], options[0].record)
    return None


def _merge(losers: Iterable[Place], winner: Place) -> Proposal | None:
    """Records of one type are merged; a Lead goes up in a Contact by its conversion."""
    members = (winner, *losers)
    kinds = {one.object_type for one in members}
    if len(kinds) == 1:
        return Proposal("merge", members[1:], winner)
    contacts = [one for one in members if one.object_type == "Contact"]
    leads = tuple(one for one in members if one.object_type == "Lead")
    return Proposal("convert", leads, contacts[0]) if len(contacts) == 1 else None
