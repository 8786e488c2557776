"""Reads what changed on a side into the mirror, and moves the cursor past exactly what is there.

What is newer than the position is always read. What was stamped lately is looked over again, because records may
become visible a little after their stamp. Where that is more than a page, its records are counted instead: as long
as the side counts as many as the mirror holds, nothing has turned up. Counting cannot see one record come while
another goes, so before a stretch is closed for good its pages are read once more, some in each pass.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from connectors.results import ChangeRequest, Stretch, Walk
from connectors.store import mirror
from passes.context import PassContext
from passes.reading import barred, positions, wanted
from passes.reading.positions import OVERLAP, Position, just_after
from passes.step import StepResult
from sync_rules.records import Record, Side

# Records in a page of what a side answers to "what changed".
PAGE: dict[Side, int] = {"hubspot": 200, "salesforce": 2_000}
_CLOSING_PAGES = 2

Enrich = Callable[[PassContext, str, list[Record]], list[Record]]


@dataclass(slots=True)
class _Reading:
    """One read of some object types: what was asked, and what has come so far."""

    context: PassContext
    side: Side
    enrich: Enrich | None
    read: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    newest: dict[str, datetime] = field(default_factory=dict)
    seen: dict[str, datetime] = field(default_factory=dict)

    def take(self, requests: Sequence[ChangeRequest]) -> None:
        """Read and store every page of some requests."""
        gateway = self.context.hubspot if self.side == "hubspot" else self.context.salesforce
        for object_type, page in gateway.changes(requests):
            records = self.enrich(self.context, object_type, page) if self.enrich else page
            with self.context.store.begin() as connection:
                admitted = barred.admit(self.context, connection, records)
                self.changed[object_type] += len(mirror.save(connection, admitted))
                self._note(connection, object_type, page)
            self.read[object_type] += len(page)
            for record in page:
                known = self.newest.get(object_type, record.modified_at)
                self.newest[object_type] = max(known, record.modified_at)

    def _note(self, connection: sa.Connection, object_type: str, page: Sequence[Record]) -> None:
        """How far a back-fill has come, in the transaction that stores the page."""
        asked = self.context.options.read_since
        if asked is not None and page:
            last = self.seen.get(object_type, page[-1].modified_at)
            reached = positions.just_before(self.side, last)
            positions.note_back_fill(
                connection, self.side, object_type, asked, reached, now=self.context.now()
            )

    def _known(self, object_type: str, seen: Sequence[tuple[str, datetime]]) -> set[str]:
        """Records that the mirror holds as of this very stamp; a back-fill reads them all the same."""
        if self.context.options.read_since is not None:
            # What a record says by now may be newer than what the search tells.
            self.seen[object_type] = max(at for _, at in seen)
            return set()
        with self.context.store.begin() as connection:
            ids = [record_id for record_id, _ in seen]
            stamps = mirror.stamps_of(connection, self.side, object_type, ids)
        return {record_id for record_id, at in seen if stamps.get(record_id) == at}

    def request(
        self,
        object_type: str,
        since: datetime | None,
        until: datetime | None = None,
        walk: Walk | None = None,
    ) -> ChangeRequest:
        """What changed in one object type in a stretch of time."""
        return ChangeRequest(
            object_type=object_type,
            fields=wanted.fields(self.context.mapping, self.side, object_type),
            since=since,
            until=until,
            walk=walk,
            known=partial(self._known, object_type),
        )


def read_changes(
    context: PassContext, side: Side, object_types: Sequence[str], *, enrich: Enrich | None = None
) -> StepResult:
    """Read the changes of some object types of one side.

    Args:
        enrich: adds facts to a page before it is stored (associations).

    Raises:
        ConnectorError: a side could not be read; what was read before is kept, and nothing is taken as empty.
    """
    began = context.now()
    reading = _Reading(context, side, enrich)
    with context.store.begin() as connection:
        known = positions.load(connection, side, object_types)
        resumed = {
            name: positions.back_fill_reached(connection, side, name, context.options.read_since)
            for name in object_types
        }
        open_ = {name: _open_records(connection, side, name, known[name]) for name in object_types}
    counted = [name for name in object_types if open_[name] > PAGE[side] and not context.options.read_since]
    reading.take(
        [
            reading.request(name, _start(context, side, known[name], resumed[name], name in counted))
            for name in object_types
        ]
    )
    closed = {name: position.closable(began) for name, position in known.items() if position is not None}
    closed |= _look_over(reading, {name: one for name in counted if (one := known[name])}, closed)
    # Pages of different types may come in turns, so positions move once everything is in the mirror.
    now = context.now()
    with context.store.begin() as connection:
        for name in object_types:
            positions.end_back_fill(connection, side, name, now=now)
            moved = _moved(known[name], reading.newest.get(name), closed.get(name), began=began, now=now)
            if moved is not None and moved != known[name]:
                positions.store(connection, side, name, moved, now=now)
    figures: dict[str, float] = {f"{name} read": reading.read[name] for name in object_types}
    figures |= {f"{name} changed": reading.changed[name] for name in object_types}
    return StepResult(figures=figures)


def _open_records(connection: sa.Connection, side: Side, object_type: str, position: Position | None) -> int:
    """How many records the mirror holds of what is not closed."""
    if position is None or position.closed >= position.newest:
        return 0
    # A search tells living records only; a query for all rows tells of deleted ones, too.
    return mirror.count_between(
        connection, side, object_type, position.closed, position.newest, living=side == "hubspot"
    )


def _start(
    context: PassContext, side: Side, position: Position | None, resumed: datetime | None, counted: bool
) -> datetime | None:
    """From where on everything is read."""
    asked = resumed or context.options.read_since
    if position is None:
        return asked
    usual = just_after(side, position.newest if counted else min(position.closed, position.newest))
    # A back-fill of a window that is shorter than the time since the last pass leaves no hole.
    return usual if asked is None else min(asked, usual)


def _look_over(
    reading: _Reading, counted: Mapping[str, Position], closable: Mapping[str, datetime]
) -> dict[str, datetime]:
    """Look for late records in long open stretches, and close some of each; answers up to where."""
    if not counted:
        return {}
    context, side = reading.context, reading.side
    gateway = context.hubspot if side == "hubspot" else context.salesforce
    stretches = [
        Stretch(name, just_after(side, position.closed), position.newest)
        for name, position in counted.items()
    ]
    there = gateway.count_changes(stretches)
    with context.store.begin() as connection:
        here = {name: _open_records(connection, side, name, one) for name, one in counted.items()}
    requests: list[ChangeRequest] = []
    walks: dict[str, Walk] = {}
    for stretch in stretches:
        name = stretch.object_type
        if there[name] != here[name]:
            requests.append(reading.request(name, stretch.since, stretch.until))
        elif closable[name] > counted[name].closed:
            # As many as have come besides, so that a busy stretch is closed as fast as it grows.
            walks[name] = Walk(_CLOSING_PAGES + reading.read[name] // PAGE[side])
            requests.append(reading.request(name, stretch.since, closable[name], walks[name]))
    reading.take(requests)
    return {name: walk.reached for name, walk in walks.items() if walk.reached is not None}


def _moved(
    position: Position | None,
    newest: datetime | None,
    closed: datetime | None,
    *,
    began: datetime,
    now: datetime,
) -> Position | None:
    if position is None or closed is None:
        # What is as old as this when a first read begins has been seen whole by it.
        return Position(newest, now, newest - OVERLAP - (now - began)) if newest is not None else None
    if newest is None or newest <= position.newest:
        return Position(position.newest, position.first_seen, closed)
    return Position(newest, now, closed)


def newest_read(context: PassContext, side: Side, object_types: Iterable[str]) -> dict[str, datetime]:
    """The newest modification time read so far, by object type."""
    with context.store.begin() as connection:
        known = positions.load(connection, side, object_types)
    return {name: position.newest for name, position in known.items() if position is not None}
