"""Which records of the two sides are one activity of one linked person.

Pairing only; what is written about a pair is ``plan_activities.py``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sync_rules.activities import Activity, activity_key, activity_of
from sync_rules.addresses import plain_text
from sync_rules.external_ids import ACTIVITY_ID_IN_HUBSPOT, ACTIVITY_ID_IN_SALESFORCE, id18
from sync_rules.mapping_activities import Activities
from sync_rules.owners import OwnerMap
from sync_rules.records import Link, Record
from sync_rules.state import ActivityState


def pair_activities(
    hubspot: Sequence[Record],
    salesforce: Sequence[Record],
    links: Iterable[Link],
    rules: Activities,
    owners: OwnerMap,
    bases: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[ActivityState]:
    """Group records of both sides into activities of people who are linked on both sides.

    Records belong together when one carries the other's id, or when neither does and they are one touch
    logged twice: mails of one person with one Message-ID, whoever owns them and whenever they were logged; else
    the same person, kind and owner, at most ``same_touch_minutes`` apart, nearest first. Mails of different
    Message-IDs are two mails. A mail that one side's own tool logs after it was copied there is left alone: its other
    half has a record on that side already.

    Args:
        hubspot, salesforce: changed records, and the other side's records that carry their ids or could be
            the same touch; deleted ones too. A twin that is missing here would be written again in full.
        bases: canonical activity fields as last agreed, by activity key.
    """
    people = {}
    for link in links:
        if link.hubspot_id is not None and link.salesforce_id is not None:
            people["hubspot", link.hubspot_id] = link
            people["salesforce", id18(link.salesforce_id)] = link
            if link.lead_id is not None:
                people["salesforce", id18(link.lead_id)] = link
    lefts, rights = _told(hubspot, rules, owners, people), _told(salesforce, rules, owners, people)
    known = bases or {}
    states: list[ActivityState] = []
    for left, right in _pairs(lefts, rights, rules):
        began = _began(left, right)
        key = activity_key(began.record)
        ours, theirs = left.record if left else None, right.record if right else None
        states.append(ActivityState(key, began.link, ours, theirs, known.get(key)))
    return states


@dataclass(frozen=True, slots=True)
class _Told:
    record: Record
    activity: Activity
    link: Link


def _told(
    records: Sequence[Record], rules: Activities, owners: OwnerMap, people: Mapping[tuple[str, str], Link]
) -> list[_Told]:
    told: list[_Told] = []
    for record in records:
        activity = activity_of(record, rules, owners)
        if activity is None:
            continue
        links = (people.get((record.side, person)) for person in sorted(activity.person_ids))
        if (link := next((link for link in links if link is not None), None)) is not None:
            told.append(_Told(record, activity, link))
    return told


def _pairs(
    hubspot: Sequence[_Told], salesforce: Sequence[_Told], rules: Activities
) -> Iterator[tuple[_Told | None, _Told | None]]:
    by_key = {activity_key(left.record): left for left in hubspot}
    by_id = {id18(right.record.id): right for right in salesforce}
    partner: dict[int, _Told] = {}
    for right in salesforce:
        left = by_key.get(plain_text(right.record.fields.get(ACTIVITY_ID_IN_SALESFORCE)) or "")
        if left is not None:
            partner[id(left)], partner[id(right)] = right, left
    for left in hubspot:
        found = by_id.get(id18(plain_text(left.record.fields.get(ACTIVITY_ID_IN_HUBSPOT)) or ""))
        if found is not None and id(left) not in partner and id(found) not in partner:
            partner[id(left)], partner[id(found)] = found, left
    for left, right in _same_touches(hubspot, salesforce, rules):
        if id(left) not in partner and id(right) not in partner:
            partner[id(left)], partner[id(right)] = right, left
    copied = {_mail(one) for one in (*hubspot, *salesforce) if id(one) in partner}
    copied.discard(None)
    for left in hubspot:
        if id(left) in partner or _mail(left) not in copied:
            yield left, partner.get(id(left))
    for right in salesforce:
        if id(right) not in partner and _mail(right) not in copied:
            yield None, right


def _mail(told: _Told) -> tuple[str, str] | None:
    message_id = told.activity.message_id
    return None if message_id is None else (told.link.link_id, message_id)


def _same_touches(
    hubspot: Sequence[_Told], salesforce: Sequence[_Told], rules: Activities
) -> list[tuple[_Told, _Told]]:
    """Candidates for one touch logged twice: by Message-ID first, then nearest in time."""
    window = timedelta(minutes=rules.same_touch_minutes)
    buckets: dict[tuple[str, str, str], list[_Told]] = {}
    mails: dict[tuple[str, str], list[_Told]] = {}
    for right in salesforce:
        activity = right.activity
        if right.record.deleted:
            continue
        if right.record.fields.get(ACTIVITY_ID_IN_SALESFORCE):
            continue
        if activity.message_id is not None:
            mails.setdefault((right.link.link_id, activity.message_id), []).append(right)
        if activity.owner_email is not None:
            buckets.setdefault((right.link.link_id, activity.kind, activity.owner_email), []).append(right)
    found: list[tuple[bool, timedelta, str, str, _Told, _Told]] = []
    for left in hubspot:
        activity = left.activity
        if left.record.deleted or left.record.fields.get(ACTIVITY_ID_IN_HUBSPOT):
            continue
        for right in mails.get((left.link.link_id, activity.message_id or ""), ()):
            apart = abs(right.activity.at - activity.at)
            found.append((False, apart, left.record.id, right.record.id, left, right))
        for right in buckets.get((left.link.link_id, activity.kind, activity.owner_email or ""), ()):
            apart = abs(right.activity.at - activity.at)
            if apart <= window and None in (activity.message_id, right.activity.message_id):
                found.append((True, apart, left.record.id, right.record.id, left, right))
    return [(left, right) for *_, left, right in sorted(found, key=lambda match: match[:4])]


def _began(left: _Told | None, right: _Told | None) -> _Told:
    """The one that carries no id of the other side: with it the activity began; HubSpot's if neither does."""
    if left is not None and (right is None or not left.record.fields.get(ACTIVITY_ID_IN_HUBSPOT)):
        return left
    if right is None:
        raise ValueError("a pair of nothing")
    return right
