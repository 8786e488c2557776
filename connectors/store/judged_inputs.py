"""Keeps what judgements were made from, as it was known: attributes as changes, activities with their former wording.

Here: rows in and out. Not here: judging again by them (``passes.backtest``).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.store import cursors
from connectors.store.engine import upsert, where_in
from connectors.store.tables import attribute_history, former_activities

SINCE = "attributes kept since"
_SAID = ("link_id", "kind", "at", "detail", "direction", "outcome", "copy_of")
State = Mapping[str, Any]


def judged_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows of the time line say the same to a judgement."""
    return all(one[name] == other[name] for name in _SAID)


def keep_former(connection: sa.Connection, rows: Iterable[Mapping[str, Any]], *, now: datetime) -> None:
    """Keep rows of the time line that are about to change or go; copies never counted and are not kept."""
    names = [column.name for column in former_activities.columns if column.name != "gone_at"]
    kept = [{**{name: row[name] for name in names}, "gone_at": now} for row in rows if row["copy_of"] is None]
    upsert(connection, former_activities, kept)


def kept_since(connection: sa.Connection) -> dict[str, datetime]:
    """By attribute, since when its changes are kept; empty before the first pass that keeps them."""
    return {name: datetime.fromisoformat(at) for name, at in (cursors.get(connection, SINCE) or {}).items()}


def begin(connection: sa.Connection, names: Iterable[str], *, now: datetime) -> bool:
    """Keep these attributes from now on; whether everybody's have to be noted, because some were not kept before."""
    known = kept_since(connection)
    fresh = set(names) - known.keys()
    if fresh:
        since = {
            **{name: at.isoformat() for name, at in known.items()},
            **dict.fromkeys(fresh, now.isoformat()),
        }
        cursors.put(connection, SINCE, since, now=now)
    return bool(fresh)


def note(
    connection: sa.Connection,
    people: Iterable[tuple[str, datetime, State]],
    *,
    now: datetime,
) -> int:
    """Keep what changed in people's attributes.

    Args:
        people: link, the moment from which the very first state counts, the state.
        now: from when a change counts. An attribute that was never kept counts from the person's first row.

    Returns:
        Rows written.
    """
    given = list(people)
    known = _rows(connection, [link_id for link_id, _, _ in given])
    written: list[dict[str, Any]] = []
    for link_id, begins, state in given:
        rows = known.get(link_id)
        if not rows:
            written.append({"link_id": link_id, "at": min(begins, now), "changed": dict(state)})
            continue
        first, last = rows[0], rows[-1]
        current = _folded(rows)
        never = {name: value for name, value in state.items() if name not in current}
        changed = {name: value for name, value in state.items() if name in current and current[name] != value}
        if never:
            first = (first[0], {**first[1], **never})
            written.append({"link_id": link_id, "at": first[0], "changed": first[1]})
        if changed:
            at = max(now, last[0])
            same = {} if at != last[0] else first[1] if at == first[0] else last[1]
            written.append({"link_id": link_id, "at": at, "changed": {**same, **changed}})
    upsert(connection, attribute_history, written)
    return len(written)


def states(
    connection: sa.Connection, link_ids: Iterable[str]
) -> dict[str, list[tuple[datetime, dict[str, Any]]]]:
    """Each person's whole states, oldest first, with the moment from which each was known."""
    answer = {}
    for link_id, rows in _rows(connection, link_ids).items():
        whole: dict[str, Any] = {}
        found = []
        for at, changed in rows:
            whole = {**whole, **changed}
            found.append((at, whole))
        answer[link_id] = found
    return answer


def _rows(
    connection: sa.Connection, link_ids: Iterable[str]
) -> dict[str, list[tuple[datetime, dict[str, Any]]]]:
    found: dict[str, list[tuple[datetime, dict[str, Any]]]] = {}
    query = sa.select(attribute_history)
    for row in where_in(connection, query, attribute_history.c.link_id, link_ids):
        found.setdefault(row.link_id, []).append((row.at, row.changed))
    for rows in found.values():
        rows.sort(key=lambda pair: pair[0])
    return found


def _folded(rows: Sequence[tuple[datetime, dict[str, Any]]]) -> dict[str, Any]:
    return {name: value for _, changed in rows for name, value in changed.items()}
