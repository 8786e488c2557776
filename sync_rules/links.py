"""What happens to links when records convert, merge or are absorbed on their own side.

Pure functions on links; finding people is ``identity.py``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

from sync_rules.external_ids import id18
from sync_rules.records import Link, Record


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One link that changes.

    Attributes:
        kind: ``converted``, ``merged``, or ``ambiguous`` (two links claim one record; a person must decide).
        after: the link as it must be stored; None when it goes up in the link ``into``, which takes over
            its base, clocks and history.
        holder: of an ambiguous change the link that has the record.
        cause: what moved the record, a conversion or a merge.
        old, new: the ids of the record before and after.
    """

    kind: Literal["converted", "merged", "ambiguous"]
    before: Link
    after: Link | None
    why: str
    into: str | None = None
    holder: Link | None = None
    cause: Literal["converted", "merged"] = "merged"
    old: str = ""
    new: str = ""


def follow(links: Sequence[Link], records: Iterable[Record]) -> list[LinkChange]:
    """What conversions and merges told by ``records`` do to ``links``.

    A Lead with ``IsConverted`` and ``ConvertedContactId``; a Salesforce tombstone with ``_master_id``; a
    HubSpot winner with ``_merged_ids``. Chains are followed to their end, in whatever order they are told.
    Give the links of every id concerned, the winners' too. Applying the changes and asking again gives none.
    """
    table = _Table(links)
    told = list(records)
    changes: list[LinkChange] = []
    # A chain is at most as long as the number of records that tell of it.
    for _ in told:
        known = len(changes)
        for record in told:
            for change in _moves(record, table):
                changes.append(change)
                table.apply(change)
        if len(changes) == known:
            break
    return changes


class _Ids(TypedDict):
    cause: Literal["converted", "merged"]
    old: str
    new: str


class _Table:
    """The links by either side's id, kept up to date as they change."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._hubspot: dict[str, Link] = {}
        self._salesforce: dict[str, Link] = {}
        for link in links:
            self._add(link)

    def _add(self, link: Link) -> None:
        if link.hubspot_id is not None:
            self._hubspot[link.hubspot_id] = link
        if link.salesforce_id is not None:
            self._salesforce[id18(link.salesforce_id)] = link

    def hubspot(self, hubspot_id: str) -> Link | None:
        return self._hubspot.get(hubspot_id)

    def salesforce(self, salesforce_id: str) -> Link | None:
        return self._salesforce.get(id18(salesforce_id))

    def apply(self, change: LinkChange) -> None:
        gone = change.before
        if gone.hubspot_id is not None:
            self._hubspot.pop(gone.hubspot_id, None)
        if gone.salesforce_id is not None:
            self._salesforce.pop(id18(gone.salesforce_id), None)
        if change.after is not None:
            self._add(change.after)


def _moves(record: Record, table: _Table) -> Iterator[LinkChange]:
    fields = record.fields
    if record.side == "salesforce":
        contact = fields.get("ConvertedContactId")
        if record.object_type == "Lead" and fields.get("IsConverted") is True and contact:
            yield from _move_salesforce(table, record.id, "Contact", contact, "converted", lead_id=record.id)
        elif master := fields.get("_master_id"):
            yield from _move_salesforce(table, record.id, record.object_type, master, "merged", lead_id=None)
        return
    for absorbed in fields.get("_merged_ids") or ():
        yield from _move_hubspot(table, str(absorbed), record.id)


def _move_salesforce(
    table: _Table,
    old: str,
    new_type: str,
    new: str,
    kind: Literal["converted", "merged"],
    *,
    lead_id: str | None,
) -> Iterator[LinkChange]:
    link = table.salesforce(old)
    if link is None or id18(old) == id18(new):
        return
    what = "was converted to" if lead_id else "was merged into"
    why = f"{link.salesforce_type} {id18(old)} {what} {id18(new)}"
    ids: _Ids = {"cause": kind, "old": id18(old), "new": id18(new)}
    holder = table.salesforce(new)
    if holder is not None and holder.hubspot_id is not None and link.hubspot_id is None:
        yield LinkChange(kind, link, None, why, into=holder.link_id, **ids)
        return
    if holder is not None and holder.hubspot_id is not None:
        both = f"HubSpot contacts {holder.hubspot_id} and {link.hubspot_id} both belong to it now"
        # The loser keeps its HubSpot record and its history, and is held as a duplicate.
        after = replace(link, salesforce_type=None, salesforce_id=None, lead_id=None)
        yield LinkChange("ambiguous", link, after, f"{why}; {both}", holder=holder, **ids)
        return
    if holder is not None:
        yield LinkChange(kind, holder, None, why, into=link.link_id, **ids)
    after = replace(
        link,
        salesforce_type=new_type,
        salesforce_id=id18(new),
        lead_id=id18(lead_id) if lead_id else link.lead_id,
    )
    yield LinkChange(kind, link, after, why, **ids)


def _move_hubspot(table: _Table, old: str, new: str) -> Iterator[LinkChange]:
    link = table.hubspot(old)
    if link is None or old == new:
        return
    why = f"HubSpot record {old} was merged into {new}"
    ids: _Ids = {"cause": "merged", "old": old, "new": new}
    holder = table.hubspot(new)
    if holder is not None and holder.salesforce_id is not None and link.salesforce_id is None:
        yield LinkChange("merged", link, None, why, into=holder.link_id, **ids)
        return
    if holder is not None and holder.salesforce_id is not None:
        both = f"Salesforce {holder.salesforce_id} and {link.salesforce_id} both belong to it now"
        after = replace(link, hubspot_id=None)
        yield LinkChange("ambiguous", link, after, f"{why}; {both}", holder=holder, **ids)
        return
    if holder is not None:
        yield LinkChange("merged", holder, None, why, into=link.link_id, **ids)
    yield LinkChange("merged", link, replace(link, hubspot_id=new), why, **ids)
