"""Whom reps watch: the ticked Leads, Contacts and Accounts, and the people of the ticked Accounts.

The mirror is looked through by what changed in it. An Account's people are gathered whole when it is ticked, and once
an hour after that; between the two by what changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.declaration import WATCH
from connectors.store import cursors, links
from connectors.store import mirror as records
from connectors.store.engine import upsert
from connectors.store.tables import mirror, watched_people, watches
from sync_rules.records import Side

_TYPES = ("Lead", "Contact", "Account")
_VERSION, _GATHERED = "watches to mirror version", "watched people gathered"
_GATHER_EVERY = timedelta(hours=1)
# By which field a person names their company.
_MEMBER: tuple[tuple[Side, str, str], ...] = (
    ("hubspot", "contacts", "associatedcompanyid"),
    ("salesforce", "Contact", "AccountId"),
)

Key = tuple[Side, str, str]


def note(connection: sa.Connection, *, now: datetime) -> None:
    """Take over what was ticked and unticked since the last time."""
    done = cursors.get(connection, _VERSION) or 0
    reached = connection.execute(sa.select(sa.func.max(mirror.c.version))).scalar() or 0
    if reached <= done:
        return
    fresh = _ticked(connection, done)
    upsert(connection, watches, fresh, keep=("since",))
    _forget_unticked(connection)
    accounts = [row["record_id"] for row in fresh if row["object_type"] == "Account"]
    _gather(connection, accounts, done, now=now)
    cursors.put(connection, _VERSION, reached, now=now)


def standing(connection: sa.Connection) -> list[sa.Row[Any]]:
    """Every ticked record: ``object_type, record_id, since``."""
    return list(connection.execute(sa.select(watches).order_by(watches.c.object_type, watches.c.record_id)))


def people_of(connection: sa.Connection, account_ids: Iterable[str]) -> dict[str, list[Key]]:
    """The people of each watched Account, as keys of the mirror."""
    query = sa.select(watched_people).where(watched_people.c.account_id.in_(list(account_ids)))
    found: dict[str, list[Key]] = {}
    for row in connection.execute(query):
        found.setdefault(row.account_id, []).append((row.side, row.object_type, row.record_id))
    return found


def _is_ticked() -> sa.ColumnElement[bool]:
    return sa.and_(mirror.c.fields[WATCH].as_boolean().is_(True), sa.not_(mirror.c.deleted))


def _ticked(connection: sa.Connection, done: int) -> list[dict[str, Any]]:
    query = sa.select(mirror.c.object_type, mirror.c.record_id, mirror.c.modified_at).where(
        mirror.c.version > done, mirror.c.side == "salesforce", mirror.c.object_type.in_(_TYPES), _is_ticked()
    )
    return [
        {"object_type": row.object_type, "record_id": row.record_id, "since": row.modified_at}
        for row in connection.execute(query)
    ]


def _forget_unticked(connection: sa.Connection) -> None:
    query = sa.select(watches.c.object_type, watches.c.record_id).where(
        ~sa.exists().where(
            mirror.c.side == "salesforce",
            mirror.c.object_type == watches.c.object_type,
            mirror.c.record_id == watches.c.record_id,
            _is_ticked(),
        )
    )
    for row in connection.execute(query).fetchall():
        is_it = (watches.c.object_type == row.object_type) & (watches.c.record_id == row.record_id)
        connection.execute(sa.delete(watches).where(is_it))
        if row.object_type == "Account":
            connection.execute(sa.delete(watched_people).where(watched_people.c.account_id == row.record_id))


def _gather(connection: sa.Connection, fresh: Sequence[str], done: int, *, now: datetime) -> None:
    watched = [row.record_id for row in standing(connection) if row.object_type == "Account"]
    if not watched:
        return
    gathered = cursors.get(connection, _GATHERED)
    whole = gathered is None or now - datetime.fromisoformat(gathered) >= _GATHER_EVERY
    companies = _companies(connection, watched)
    if whole:
        connection.execute(sa.delete(watched_people))
        _add_people(connection, watched, companies, 0)
        cursors.put(connection, _GATHERED, now.isoformat(), now=now)
        return
    _add_people(connection, fresh, companies, 0)
    _add_people(connection, watched, companies, done)


def _companies(connection: sa.Connection, account_ids: Sequence[str]) -> dict[str, str]:
    """The Account of each HubSpot company that is linked to one of these."""
    keys: list[Key] = [("salesforce", "Account", one) for one in account_ids]
    known = records.link_ids(connection, keys)
    living = links.living(connection, known.values())
    return {
        company_id: record_id
        for (_, _, record_id), link_id in known.items()
        if link_id in living and (company_id := living[link_id].hubspot_id)
    }


def _add_people(
    connection: sa.Connection, account_ids: Iterable[str], companies: Mapping[str, str], done: int
) -> None:
    wanted = set(account_ids)
    own: dict[Side, dict[str, str]] = {
        "hubspot": {company: account for company, account in companies.items() if account in wanted},
        "salesforce": {account: account for account in wanted},
    }
    for side, object_type, field in _MEMBER:
        if not own[side]:
            continue
        company = mirror.c.fields[field].as_string()
        query = sa.select(mirror.c.record_id, company.label("company")).where(
            mirror.c.side == side,
            mirror.c.object_type == object_type,
            mirror.c.version > done,
            sa.not_(mirror.c.deleted),
            company.in_(list(own[side])),
        )
        rows = [
            {
                "account_id": own[side][row.company],
                "side": side,
                "object_type": object_type,
                "record_id": row.record_id,
            }
            for row in connection.execute(query)
        ]
        upsert(connection, watched_people, rows)
