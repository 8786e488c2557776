"""One company explained: both records, each field with its rule and what comes next, holds, the last writes.

People, with stages and clocks, are ``facts.py`` and ``show.py``.
"""

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from rich.rule import Rule
from rich.text import Text

from cli.console import moment, out, plain, say
from cli.explain.fields import FieldLine, field_lines
from cli.explain.show import show_fields, show_held, show_history
from cli.naming import names_of
from connectors.store import holds, journal, links, mirror
from connectors.store.journal import JournalRow
from connectors.store.stored_plans import conflicts_of
from passes import persons
from passes.companies.named import with_companies
from passes.context import PassContext
from passes.planning import planning_state
from sync_rules.addresses import normal_domain
from sync_rules.external_ids import id18
from sync_rules.plan import Conflict
from sync_rules.planner import build_plan
from sync_rules.records import Link, Record
from sync_rules.state import PlanInput

_WRITES = 12


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """Everything about one company."""

    link: Link
    name: str
    records: tuple[Record | None, Record | None]
    fields: tuple[FieldLine, ...]
    holds: tuple[Any, ...]
    conflicts: tuple[Conflict, ...]
    writes: tuple[JournalRow, ...]

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "link_id": self.link.link_id,
            "name": self.name,
            "hubspot": self.link.hubspot_id,
            "salesforce": self.link.salesforce_id,
            "linked": self.link.evidence,
            "fields": [asdict(line) for line in self.fields],
            "holds": [dict(hold._mapping) for hold in self.holds],
            "conflicts": [asdict(one) for one in self.conflicts],
            "writes": [
                {"at": row.settled_at, "state": row.state, "side": row.write.side, **asdict(change)}
                for row in self.writes
                for change in row.write.changes
            ],
        }


def gather(context: PassContext, connection: sa.Connection, who: str) -> CompanyFacts | None:
    """The company with this domain, record id or link id; None if there is none."""
    link_id = _find(connection, who.strip())
    if link_id is None:
        return None
    now, mapping = context.now(), context.mapping
    row = links.load(connection, [link_id])[link_id]
    owners = with_companies(context, connection, persons.load_owner_map(context, connection))
    (state,) = planning_state.company_states(context, connection, [row], now=now)
    schemas = planning_state.load_schemas(context, connection)
    plan = build_plan(PlanInput(companies=[state], owners=owners, schemas=schemas), mapping, now=now)
    held = tuple(holds.open_holds(connection, [link_id]))
    done = [one for one in journal.of_links(connection, [link_id]) if one.state in {"done", "failed"}]
    records = (state.hubspot, state.salesforce)
    return CompanyFacts(
        row.link,
        names_of(connection, [link_id]).get(link_id, link_id),
        records,
        field_lines(
            list(mapping.companies.fields.values()),
            records,
            mapping.default_region,
            state.base or {},
            owners,
            plan,
            held,
        ),
        held,
        tuple(conflicts_of(connection, link_id)),
        tuple(done[-_WRITES:]),
    )


def _find(connection: sa.Connection, text: str) -> str | None:
    ids = [text]
    rows = [
        *links.by_record(connection, hubspot_id=text),
        *links.by_record(connection, salesforce_id=id18(text)),
    ]
    ids += [row.link.link_id for row in rows]
    if domain := normal_domain(text):
        keys = mirror.find(connection, "company:domain", [domain]).get(domain, [])
        ids += mirror.link_ids(connection, keys).values()
    known = links.load(connection, ids)
    living = [
        one for one in ids if one in known and not known[one].merged and known[one].link.kind == "company"
    ]
    both = [one for one in living if None not in (known[one].link.hubspot_id, known[one].link.salesforce_id)]
    return next(iter([*both, *living]), None)


def show(facts: CompanyFacts) -> None:
    """Print everything about the company."""
    out.print(Rule(Text(plain(facts.name), style="bold"), align="left"))
    for side, record in zip(("HubSpot", "Salesforce"), facts.records, strict=True):
        if record is None:
            say(f"{side:<11} no record; Accord makes neither companies nor Accounts")
        else:
            gone = "  DELETED" if record.deleted else ""
            say(
                f"{side:<11} {record.object_type} {record.id}; changed {moment(record.modified_at)} UTC{gone}"
            )
    if None not in facts.records:
        say(f"Linked by {facts.link.evidence}.")
    show_fields(facts.fields)
    show_held(facts.holds)
    show_history(facts.conflicts, facts.writes, "company")
