"""Finds out which changed records are one person or one company, and stores it with its evidence.

Conversions and merges are followed first (``moves.py``); who might be meant is ``candidates.py``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from connectors.store import absorb, cursors, decisions, evidence, holds, links, mirror
from connectors.store.evidence import Event, Evidence, RecordKey
from passes.attribution import opportunities
from passes.context import PassContext
from passes.linking import deletions
from passes.linking.candidates import find
from passes.linking.moves import absorbed_in, follow_all, hold, links_of, next_of
from passes.reading import barred
from passes.step import StepResult
from sync_rules.identity import Resolution, new_link_id, record_id_of, resolve
from sync_rules.plan import Hold
from sync_rules.record_keys import keys_of
from sync_rules.records import Link, LinkKind, Record, Side
from sync_rules.review import AMBIGUOUS, DUPLICATE, UNDECIDED, case_of
from sync_rules.undone import KIND as UNDONE

_TYPES: dict[LinkKind, list[tuple[Side, str]]] = {
    "person": [("hubspot", "contacts"), ("salesforce", "Lead"), ("salesforce", "Contact")],
    "company": [("hubspot", "companies"), ("salesforce", "Account")],
}


def people(context: PassContext) -> StepResult:
    """Link the companies and people whose records changed since this step last ran."""
    now = context.now()
    figures: dict[str, float] = {}
    with context.store.begin() as connection:
        touched = opportunities.index_changes(connection, now=now)
        kinds: tuple[LinkKind, ...] = ("company", "person")
        for kind in kinds:
            for name, number in _link_kind(context, connection, kind, now).items():
                figures[f"{kind} {name}"] = number
        _company_moved(connection, now, touched.accounts)
        keys: list[RecordKey] = [
            ("salesforce", "Lead" if one.startswith("00Q") else "Contact", one)
            for one in sorted(touched.people)
        ]
        mirror.mark_due(connection, mirror.link_ids(connection, keys).values(), plan=False)
    return StepResult(figures=figures)


def _link_kind(
    context: PassContext, connection: sa.Connection, kind: LinkKind, now: datetime
) -> dict[str, int]:
    cursor = f"linked {kind} to mirror version"
    changed, reached = mirror.since(connection, cursors.get(connection, cursor) or 0, _TYPES[kind])
    # Of erased people it is known only that there is a record.
    changed = [record for record in changed if not record.fields.get(barred.FACT)]
    counts = {
        "records looked at": len(changed),
        "converted": 0,
        "merged": 0,
        "new": 0,
        "joined": 0,
        "held": 0,
    }
    if changed:
        changed += undecided(connection, kind, changed)
        keys = {(r.side, r.object_type, r.id): _keys(context, kind, r) for r in changed}
        if kind == "person":
            _remember_emails(connection, changed, keys, now)
        mirror.index(connection, keys, prefix=f"{kind}:")
        for change in follow_all(context, connection, kind, changed, now):
            counts["converted" if change.kind == "converted" else "merged"] += 1
        gone = absorbed_in(changed)
        changed = [record for record in changed if (record.side, record.object_type, record.id) not in gone]
        if kind == "person":
            deletions.settle(context, connection, changed, now)
        for resolution in decide(context, connection, kind, changed, now):
            if resolution.outcome in {"new", "joined"}:
                counts[resolution.outcome] += 1
            elif resolution.outcome in {"hold", "duplicate"}:
                counts["held"] += 1
    cursors.put(connection, cursor, reached, now=now)
    return counts


def undecided(connection: sa.Connection, kind: LinkKind, changed: Sequence[Record]) -> list[Record]:
    """Records that were held undecided: what changed elsewhere may decide them."""
    standing = [row for row in holds.open_holds(connection) if row.kind in UNDECIDED]
    standing = [row for row in standing if (row.side, row.object_type) in _TYPES[kind]]
    known = links.load(connection, (row.link_id for row in standing))
    wanted = set()
    for row in standing:
        link = known[row.link_id].link if row.link_id in known else None
        stored = None if link is None else link.hubspot_id if row.side == "hubspot" else link.salesforce_id
        record_id = stored or record_id_of(row.link_id, row.object_type)
        wanted.add((row.side, row.object_type, record_id))
    wanted -= {(record.side, record.object_type, record.id) for record in changed}
    return list(mirror.load_many(connection, wanted).values())


def _keys(context: PassContext, kind: LinkKind, record: Record) -> list[tuple[str, str]]:
    if record.deleted:
        return []
    keys: list[tuple[str, str]] = list(keys_of(record, context.mapping))
    if kind == "person":
        employer = record.fields.get("associatedcompanyid") or record.fields.get("AccountId")
        if employer:
            keys.append(("employer", str(employer)))
    return keys


def _remember_emails(
    connection: sa.Connection,
    changed: Sequence[Record],
    keys: Mapping[RecordKey, Iterable[tuple[str, str]]],
    now: datetime,
) -> None:
    """Keep the addresses that linked people have left; the index still has what they had."""
    living = {(r.side, r.object_type, r.id) for r in changed if not r.deleted}
    linked = mirror.link_ids(connection, living)
    left: dict[str, set[str]] = {}
    for key, before in mirror.keys_of(connection, linked, "person:email").items():
        now_has = {text for name, text in keys[key] if name == "email"}
        if before - now_has:
            left.setdefault(linked[key], set()).update(before - now_has)
    evidence.remember_emails(connection, left, now=now)


def _company_moved(connection: sa.Connection, now: datetime, accounts: Iterable[str]) -> None:
    """People whose company changed have to be judged again: its size and industry are theirs, and what it is asked.

    Args:
        accounts: Accounts whose opportunities changed.
    """
    cursor = "employers seen to mirror version"
    done = cursors.get(connection, cursor) or 0
    companies, reached = mirror.since(connection, done, _TYPES["company"])
    changed: set[RecordKey] = {(one.side, one.object_type, one.id) for one in companies}
    changed |= {("salesforce", "Account", one) for one in accounts}
    # A Lead names no Account: its contact names the company that is linked to it.
    linked = links.load(connection, set(mirror.link_ids(connection, changed).values()))
    ids = {record_id for _, _, record_id in changed}
    ids |= {
        str(one) for row in linked.values() for one in (row.link.hubspot_id, row.link.salesforce_id) if one
    }
    found = mirror.find(connection, "person:employer", ids)
    keys = {key for keys in found.values() for key in keys}
    mirror.mark_due(connection, mirror.link_ids(connection, keys).values(), plan=False)
    cursors.put(connection, cursor, reached, now=now)


# ---- who is who


def decide(
    context: PassContext, connection: sa.Connection, kind: LinkKind, changed: Sequence[Record], now: datetime
) -> list[Resolution]:
    """Say who these records are, and store it: links, evidence, and holds of whom nobody knows."""
    standing = decisions.in_force(connection, kind)
    candidates = find(context, connection, kind, changed, standing)
    found = [(one.record.side, one.record.object_type, one.record.id) for one in candidates]
    known = links_of(connection, found)
    resolutions = resolve(changed, candidates, known.values(), context.mapping, standing)
    gone = [new_link_id(record) for record in changed if record.deleted or next_of(record)]
    for waiting in sorted(UNDECIDED):
        holds.release(connection, gone, waiting, now=now)
    _store(context, connection, resolutions, known, now)
    return resolutions


def _store(
    context: PassContext,
    connection: sa.Connection,
    resolutions: Sequence[Resolution],
    known: dict[str, Link],
    now: datetime,
) -> None:
    changed: dict[str, Link] = {}
    assigned: dict[RecordKey, str | None] = {}
    held: list[Hold] = []
    noted: list[Evidence] = []
    settled: dict[tuple[Side, str] | None, set[str]] = {}
    for resolution in resolutions:
        record = resolution.record
        if resolution.outcome in {"hold", "duplicate"}:
            kind = AMBIGUOUS if resolution.outcome == "hold" else DUPLICATE
            link_id = resolution.link.link_id if resolution.link else new_link_id(record)
            held.append(hold(link_id, case_of(resolution), resolution.why, kind))
            continue
        if resolution.link is None:
            continue
        settled.setdefault(_decided(resolution), set()).update((resolution.link.link_id, new_link_id(record)))
        if known.get(resolution.link.link_id) != resolution.link:
            changed[resolution.link.link_id] = resolution.link
            noted.append(_evidence(resolution, resolution.link))
        assigned[(record.side, record.object_type, record.id)] = resolution.link.link_id
        if resolution.chosen is not None:
            chosen = resolution.chosen
            assigned[(chosen.side, chosen.object_type, chosen.id)] = resolution.link.link_id
    links.save(connection, changed.values(), now=now)
    mirror.assign(connection, assigned)
    for resolution in resolutions:
        if resolution.retired is not None and resolution.link is not None:
            absorb.absorb(connection, resolution.retired, resolution.link.link_id)
    for kind in sorted(UNDECIDED):
        for of, link_ids in settled.items():
            holds.release(connection, link_ids, kind, now=now, of=of)
        # What is told of an undecided record now takes the place of what was told before.
        holds.release(connection, [one.link_id for one in held], kind, now=now)
    # Of whom nobody knows who they are nothing is planned, so what a plan found of them before would stand for ever.
    holds.release_all(connection, [one.link_id for one in held], besides={*UNDECIDED, UNDONE}, now=now)
    holds.add(connection, held, now=now)
    evidence.add(connection, noted, pass_id=context.pass_id, now=now)


def _evidence(resolution: Resolution, link: Link) -> Evidence:
    keys = resolution.matches[0].keys if resolution.matches else ()
    event: Event = "joined" if resolution.outcome == "joined" else "began"
    return Evidence(link, event, resolution.evidence, resolution.why, keys)


def _decided(resolution: Resolution) -> tuple[Side, str] | None:
    """Which undecided holds of the person an answer ends: all (None), or those of this record's kind only.

    That nobody matches a record does not say to whom a record belongs that two people claim.
    """
    link = resolution.link
    if link is not None and link.hubspot_id is not None and link.salesforce_id is not None:
        return None
    return resolution.record.side, resolution.record.object_type
