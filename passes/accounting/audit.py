"""The full audit: both systems read whole and held against each other under the mapping.

Every difference is listed with what explains it; one that nothing explains is a fault, of Accord or of whoever
writes beside it. Nothing is written to either system.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa

from connectors.store import account, audits, holds, links, mirror, runs
from connectors.store.tables import journal, passes
from connectors.store.tables import links as link_table
from connectors.store.tables import mirror as mirror_table
from passes import persons
from passes.accounting.audit_reading import ACTIVITIES, PEOPLE, Key, Systems, price, read
from passes.accounting.standing import FAILED, FILTERED, HELD
from passes.agreement.wishes import OF_THE_HANDOFF
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.reading.positions import OVERLAP
from passes.step import Finding, StepResult
from sync_rules import parity_activities
from sync_rules.addresses import normal_email
from sync_rules.changes import email_target
from sync_rules.identity import new_link_id
from sync_rules.parity import GONE, NO_PARTNER, NOBODYS, Difference, LinkState, Parity
from sync_rules.parity_activities import COPY_OF_NOTHING
from sync_rules.records import Link, LinkKind, Record, Side
from sync_rules.stored import base_from_json

_LATE = "changed since the last pass"
_CARRIED_OUT = 2


def run(context: PassContext) -> StepResult:
    """Read, compare, keep what was found, and end the pass under which it ran."""
    began = context.now()
    with context.store.begin() as connection:
        expected = price(connection)
    before = {side: _calls(context, side) for side in expected}
    systems = read(context)
    calls = {side: _calls(context, side) - before[side] for side in expected}
    with context.store.begin() as connection:
        audit = _Audit(context, connection, systems)
        found = [*audit.people(), *audit.companies(), *audit.nobodys(), *audit.activities()]
        found = [audit.explain(one) for one in found]
        audits.save(
            connection,
            context.pass_id,
            found,
            compared=systems.counts() | {"pairs": audit.pairs},
            api_calls={str(side): number for side, number in calls.items()},
            began_at=began,
            ended_at=context.now(),
        )
        runs.end_pass(connection, context.pass_id, "audit", now=context.now())
    return _result(found, systems.counts(), audit.pairs, calls, expected)


def _calls(context: PassContext, side: Side) -> int:
    return (context.hubspot if side == "hubspot" else context.salesforce).usage().calls


class _Audit:
    """One comparison: what the store knows, beside what both systems say now."""

    def __init__(self, context: PassContext, connection: sa.Connection, systems: Systems) -> None:
        self._context, self._connection, self._systems = context, connection, systems
        self._owners = with_companies(context, connection, persons.load_owner_map(context, connection))
        self._parity = Parity(context.mapping, self._owners)
        kinds: tuple[LinkKind, ...] = ("person", "company")
        self._rows = {kind: links.load_all(connection, kind) for kind in kinds}
        self._held: dict[str, dict[str, str]] = defaultdict(dict)
        self._held_records: list[tuple[str, str]] = []
        for row in holds.open_holds(connection):
            self._held[row.link_id][row.field] = row.kind
            self._held_records.append((row.kind, row.why))
        self._waiting = _waiting(connection)
        self._since = _last_read(connection)
        self.pairs = 0

    # ---- linked records

    def people(self) -> Iterator[Difference]:
        """Differences of people, and records of people that lack their other half."""
        stands = {
            line.link_id: f"{line.name}: {line.reason}"
            for line in account.people(self._connection, classes=(HELD, FAILED, FILTERED))
        }
        for row in self._rows["person"]:
            link, state = row.link, self._state(row)
            hubspot, salesforce, gone = self._both(link, "contacts")
            yield from gone
            if gone:
                continue
            if hubspot is not None and salesforce is not None:
                self.pairs += 1
                yield from self._parity.fields(state, hubspot, salesforce)
            elif hubspot is not None:
                why = stands.get(link.link_id)
                yield Difference(NO_PARTNER, link.link_id, "contacts", hubspot.id, explained=why)
            elif salesforce is not None and salesforce.fields.get("IsConverted") is not True:
                whole = state.held.get("")
                why = self._not_created(salesforce) or (f"held: {whole}" if whole else None)
                kind = salesforce.object_type
                yield Difference(NO_PARTNER, link.link_id, kind, salesforce.id, explained=why)
            lacking = OF_THE_HANDOFF if salesforce is None else frozenset()
            for record in (hubspot, salesforce):
                if record is not None:
                    yield from self._parity.computed(state, record, except_for=lacking)

    def companies(self) -> Iterator[Difference]:
        """Differences of companies that are linked; Accord makes no partner for the others."""
        for row in self._rows["company"]:
            hubspot, salesforce, gone = self._both(row.link, "companies")
            yield from gone
            if hubspot is not None and salesforce is not None:
                self.pairs += 1
                yield from self._parity.fields(self._state(row), hubspot, salesforce)

    def _state(self, row: links.LinkRow) -> LinkState:
        mapping = self._context.mapping
        specs = (mapping.people if row.link.kind == "person" else mapping.companies).fields
        return LinkState(
            row.link,
            base=base_from_json(row.base or {}, specs),
            computed=row.computed,
            held=self._held.get(row.link.link_id, {}),
        )

    def _both(self, link: Link, hubspot_type: str) -> tuple[Record | None, Record | None, list[Difference]]:
        keys: list[Key | None] = [
            ("hubspot", hubspot_type, link.hubspot_id) if link.hubspot_id else None,
            ("salesforce", link.salesforce_type or "", link.salesforce_id) if link.salesforce_id else None,
        ]
        found = [self._systems.living.get(key) if key else None for key in keys]
        gone = [
            Difference(GONE, link.link_id, key[1], key[2], explained=self._known_to_be_gone(key))
            for key, record in zip(keys, found, strict=True)
            if key is not None and record is None
        ]
        return found[0], found[1], gone

    def _known_to_be_gone(self, key: Key) -> str | None:
        known = mirror.load(self._connection, *key[:2], [key[2]]).get(key[2])
        if known is None or known.deleted:
            return "deleted, and Accord knows"
        tombstone = self._systems.deleted.get(key)
        if tombstone is None and key[0] == "hubspot":
            archived = self._context.hubspot.archived(key[1])
            self._systems.deleted |= {("hubspot", key[1], one.id): one for one in archived}
            tombstone = self._systems.deleted.get(key)
        return _LATE if tombstone is not None and self._is_late(tombstone) else None

    def _not_created(self, salesforce: Record) -> str | None:
        rule = self._context.mapping.admission.create_in_hubspot
        email = salesforce.fields.get(email_target(self._context.mapping, salesforce.object_type))
        if rule == "never" or (rule == "with_email" and normal_email(email) is None):
            return f"the mapping creates nobody like that in HubSpot (create_in_hubspot: {rule})"
        return None

    # ---- records of nobody

    def nobodys(self) -> Iterator[Difference]:
        """Records of people that belong to no link."""
        named = {
            key
            for row in self._rows["person"]
            for key in (row.link.hubspot_id, row.link.salesforce_id, row.link.lead_id)
        }
        for side, object_type in PEOPLE:
            for record in self._systems.of(side, object_type):
                if record.id not in named and record.fields.get("IsConverted") is not True:
                    link_id = new_link_id(record)
                    yield Difference(
                        NOBODYS, link_id, object_type, record.id, explained=self._undecided(record)
                    )

    def _undecided(self, record: Record) -> str | None:
        kinds = set(self._held.get(new_link_id(record), {}).values())
        kinds |= {kind for kind, why in self._held_records if kind in _UNDECIDED and record.id in why}
        return f"held: {', '.join(sorted(kinds))}" if kinds else None

    # ---- activities

    def activities(self) -> Iterator[Difference]:
        """Copies that are there twice, and activities that lack their copy."""
        everything: dict[str, list[Record]] = {"hubspot": [], "salesforce": []}
        for side, object_type in ACTIVITIES:
            everything[side] += self._systems.of(side, object_type)
        yield from parity_activities.twice([*everything["hubspot"], *everything["salesforce"]])
        living = self._systems.living.keys()
        both = [
            link
            for row in self._rows["person"]
            if (link := row.link)
            and ("hubspot", "contacts", link.hubspot_id or "") in living
            and ("salesforce", link.salesforce_type or "", link.salesforce_id or "") in living
        ]
        held = {key: next(iter(kinds.values())) for key, kinds in self._held.items() if ":" in key and kinds}
        newcomers, deleted = self._newcomers(), self._deleted_copies()
        for one in parity_activities.missing(
            everything["hubspot"],
            everything["salesforce"],
            both,
            self._context.mapping.activities,
            self._owners,
            held,
        ):
            if one.link_id in newcomers:
                yield one.because("the person has just come to both sides; the next pass copies it")
            elif f"{one.object_type}:{one.record_id}" in deleted or one.record_id in deleted:
                yield one.because("its copy was deleted")
            elif one.kind == COPY_OF_NOTHING:
                yield one.because(self._original_gone(one))
            else:
                yield one

    def _newcomers(self) -> set[str]:
        query = sa.select(link_table.c.link_id).where(link_table.c.activities_met < _CARRIED_OUT)
        return {row.link_id for row in self._connection.execute(query)}

    def _deleted_copies(self) -> set[str]:
        """Originals of which somebody deleted the copy, by the key that the copy carried."""
        query = sa.select(mirror_table.c.side, mirror_table.c.object_type, mirror_table.c.record_id).where(
            mirror_table.c.deleted, mirror_table.c.object_type.in_([name for _, name in ACTIVITIES])
        )
        keys: list[Key] = [
            (row.side, row.object_type, row.record_id) for row in self._connection.execute(query)
        ]
        found = mirror.load_many(self._connection, keys).values()
        return {key for record in found if (key := parity_activities.origin(record)) is not None}

    def _original_gone(self, one: Difference) -> str | None:
        record = next(
            record
            for side, object_type in ACTIVITIES
            if (record := self._systems.living.get((side, object_type, one.record_id))) is not None
        )
        origin = parity_activities.origin(record) or ""
        object_type, _, record_id = origin.partition(":")
        keys: list[Key] = [("hubspot", object_type, record_id)]
        if record.side == "hubspot":
            keys = [("salesforce", "Task", origin), ("salesforce", "Event", origin)]
        known = mirror.load_many(self._connection, keys)
        return "its original was deleted" if any(found.deleted for found in known.values()) else None

    # ---- what explains besides the rules

    def explain(self, one: Difference) -> Difference:
        """The difference, explained by what is under way if nothing else explains it."""
        if one.explained is not None:
            return one
        if one.link_id in self._waiting:
            return one.because("a plan that is to be approved or carried out")
        keys: list[Key] = [
            key
            for key in self._keys_of(one)
            if (record := self._systems.living.get(key)) and self._is_late(record)
        ]
        return one.because(_LATE) if self._unseen(keys) else one

    def _keys_of(self, one: Difference) -> Iterator[Key]:
        for side, object_type in (*PEOPLE, *ACTIVITIES):
            yield side, object_type, one.record_id
        row = links.load(self._connection, [one.link_id]).get(one.link_id) if one.link_id else None
        if row is not None and one.kind not in _OF_ACTIVITIES:
            kind = "contacts" if row.link.kind == "person" else "companies"
            yield "hubspot", kind, row.link.hubspot_id or ""
            yield "salesforce", row.link.salesforce_type or "", row.link.salesforce_id or ""

    def _is_late(self, record: Record) -> bool:
        return self._since is None or record.modified_at >= self._since

    def _unseen(self, keys: Iterable[Key]) -> bool:
        """Whether one of the records says something else than what Accord last read."""
        wanted = list(keys)
        known = mirror.load_many(self._connection, wanted)
        return any(_says_more(self._systems.living[key], known.get(key)) for key in wanted)


_UNDECIDED = {"ambiguous", "duplicate"}
_OF_ACTIVITIES = {parity_activities.TWICE, parity_activities.NOT_COPIED, COPY_OF_NOTHING}


def _says_more(now: Record, known: Record | None) -> bool:
    if known is None:
        return True
    names = {name for name in now.fields if not name.startswith("_")} & known.fields.keys()
    return any(now.fields[name] != known.fields[name] for name in names)


def _waiting(connection: sa.Connection) -> set[str]:
    """Links of which a write stands in a plan that has not been carried out."""
    query = sa.select(journal.c.link_id).where(journal.c.state.in_(["planned", "sent"])).distinct()
    return {row.link_id for row in connection.execute(query)}


def _last_read(connection: sa.Connection) -> datetime | None:
    """What was stamped since then, the last complete pass need not have seen: searches lag."""
    query = sa.select(sa.func.max(passes.c.started_at)).where(passes.c.status == "done")
    began = connection.execute(query).scalar()
    return None if began is None else began - OVERLAP


def _result(
    found: list[Difference],
    counts: dict[str, int],
    pairs: int,
    calls: Mapping[Side, int],
    expected: Mapping[Side, int],
) -> StepResult:
    open_ = [one for one in found if one.explained is None]
    figures: dict[str, float] = {
        "records read": sum(counts.values()),
        "pairs compared": pairs,
        "explained differences": len(found) - len(open_),
        "unexplained differences": len(open_),
        **{f"{side} calls expected": number for side, number in expected.items()},
        **{f"{side} calls made": number for side, number in calls.items()},
    }
    why = "Both systems agree, or a rule or a hold says why not."
    if open_:
        kinds = Counter((one.kind, one.object_type, one.field or "record") for one in open_)
        listed = ", ".join(f"{n} × {' '.join(kind)}" for kind, n in kinds.most_common(8))
        why = f"{len(open_)} differences that no rule explains: {listed}. `accord audit` lists them."
    finding = Finding("systems_agree", holds=not open_, why=why, figures={"unexplained": len(open_)})
    tally = Counter((one.kind, one.field or "record", one.explained or "UNEXPLAINED") for one in found)
    lines = [f"| {' | '.join(key)} | {number} |" for key, number in tally.most_common()]
    table = "\n".join(["| kind | field | explained by | number |", "| --- | --- | --- | ---: |", *lines])
    return StepResult(figures=figures, texts={"differences": table}, findings=(finding,))
