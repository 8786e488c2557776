"""Loading planned people into HubSpot's contacts, a hundred at a time, through the gateway.

Existing contacts are read first, so that only differences are written and a second load of the same file writes
nothing. Opt-outs follow each hundred at once, before the next hundred is loaded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.chunking import chunks
from connectors.errors import ConnectorError
from connectors.hubspot.gateway import HubSpotGateway
from connectors.hubspot.records import holds
from connectors.results import RecordWrite, WriteResult
from imports.mapping_model import ImportMapping
from imports.people import DuplicateRow, LeftOut, Person, RefusedRow
from imports.plan import ImportPlan, ImportRefusedError
from imports.properties import CONTACTS, property_problems
from imports.report import ImportReport, NotUnsubscribed
from imports.values import Value
from sync_rules.records import Record

_AT_ONCE = 100
_OPTED_OUT = "hs_email_optout"
Progress = Callable[[int], None]


@dataclass
class _Tally:
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    unsubscribed: int = 0
    repaired: list[int] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    duplicates: list[DuplicateRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    not_unsubscribed: list[NotUnsubscribed] = field(default_factory=list)
    stopped: str | None = None

    @property
    def touched(self) -> int:
        return self.created + self.updated


def load(plan: ImportPlan, gateway: HubSpotGateway, *, progress: Progress | None = None) -> ImportReport:
    """Load the plan's people as upserts by e-mail address.

    Args:
        progress: called with the number of rows dealt with so far, after each hundred.

    Raises:
        ImportRefusedError: the plan has problems, a property is missing or does not fit, or the file was changed
            since; nothing was written.
        ConnectorError: HubSpot failed before anything was written. Failing later, it ends the load, and the
            report names the rows that were not loaded.
    """
    problems = [*plan.problems] or property_problems(plan.mapping, gateway)
    if problems:
        raise ImportRefusedError(problems)
    tally = _Tally()
    for outcomes in chunks(plan.outcomes(), _AT_ONCE):
        tally.rows += len(outcomes)
        tally.refused += (one for one in outcomes if isinstance(one, RefusedRow))
        tally.duplicates += (one for one in outcomes if isinstance(one, DuplicateRow))
        people = [one for one in outcomes if isinstance(one, Person)]
        if people and tally.stopped is None:
            _load_part(people, plan.mapping.rules, gateway, tally)
        elif people:
            _refuse(people, tally)
        if progress is not None:
            progress(tally.rows)
    return _report(plan, tally)


def _report(plan: ImportPlan, tally: _Tally) -> ImportReport:
    return ImportReport(
        path=plan.path,
        mapping=plan.mapping.document.source,
        columns=plan.columns,
        rows=tally.rows,
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        repaired=tuple(tally.repaired),
        refused=tuple(sorted(tally.refused, key=lambda one: one.line)),
        duplicates=tuple(tally.duplicates),
        left_out=tuple(tally.left_out),
        unsubscribed=tally.unsubscribed,
        not_unsubscribed=tuple(tally.not_unsubscribed),
        stopped=tally.stopped,
    )


def _refuse(people: Iterable[Person], tally: _Tally) -> None:
    reason = f"not loaded, since HubSpot failed before: {tally.stopped}"
    tally.refused += (RefusedRow(one.line, reason, one.cells) for one in people)


def _load_part(
    people: Sequence[Person], rules: ImportMapping, gateway: HubSpotGateway, tally: _Tally
) -> None:
    fields = [*rules.properties, "email", _OPTED_OUT]
    try:
        records = gateway.read_by(CONTACTS, "email", [one.email for one in people], fields)
        found = {str(record.fields.get("email") or "").lower(): record for record in records}
        wanted = {one.line: _to_write(one, found.get(one.email), rules) for one in people}
        writes = [
            RecordWrite(str(one.line), None, ("email", one.email), wanted[one.line])
            for one in people
            if wanted[one.line] or one.email not in found
        ]
        results = _written(writes, gateway, tally)
    except ConnectorError as error:
        if not tally.touched:
            raise
        tally.stopped = str(error)
        _refuse(people, tally)
        return
    in_hubspot = [one for one in people if _settled(one, results.get(str(one.line)), tally)]
    _unsubscribe(
        [one for one in in_hubspot if one.opt_out and not _opted_out(found.get(one.email))], gateway, tally
    )


def _to_write(person: Person, record: Record | None, rules: ImportMapping) -> dict[str, Value]:
    """The values that HubSpot lacks."""
    if record is None:
        return dict(person.values)
    present = record.fields
    fill_only = rules.existing == "fill_blanks"
    return {
        name: value
        for name, value in person.values.items()
        if not holds(value, present.get(name))
        and not (fill_only and present.get(name))
        and not (rules.properties[name].consent and _is_true(present, name))
    }


def _is_true(fields: Mapping[str, Any], name: str) -> bool:
    return str(fields.get(name) or "").lower() == "true"


def _opted_out(record: Record | None) -> bool:
    return record is not None and _is_true(record.fields, _OPTED_OUT)


def _written(writes: Sequence[RecordWrite], gateway: HubSpotGateway, tally: _Tally) -> dict[str, WriteResult]:
    """Results by key; a write refused for some of its values is sent again without them."""
    if not writes:
        return {}
    results = {result.key: result for result in gateway.write(CONTACTS, "create", writes)}
    blamed = {write.key: _blamed(results[write.key]) for write in writes}
    again = [
        replace(write, fields={name: write.fields[name] for name in write.fields.keys() - blamed[write.key]})
        for write in writes
        if blamed[write.key]
    ]
    if not again:
        return results
    try:
        second = gateway.write(CONTACTS, "create", again)
    except ConnectorError as error:
        # The others of this hundred are written; these stay refused, and nothing more is begun.
        tally.stopped = str(error)
        return results
    for result in second:
        if result.ok:
            reason = f"HubSpot refused it: {results[result.key].message}"
            tally.left_out += (LeftOut(int(result.key), name, reason) for name in sorted(blamed[result.key]))
        results[result.key] = result
    return results


def _blamed(result: WriteResult) -> frozenset[str]:
    """Values that a refused write can do without."""
    return frozenset() if result.ok else frozenset(result.fields) - {"email"}


def _settled(person: Person, result: WriteResult | None, tally: _Tally) -> bool:
    """Counts the person; answers whether they are in HubSpot now."""
    if result is not None and not result.ok:
        reason = f"HubSpot refused it ({result.code}): {result.message}"
        tally.refused.append(RefusedRow(person.line, reason, person.cells))
        return False
    if result is None:
        tally.unchanged += 1
    elif result.created:
        tally.created += 1
    else:
        tally.updated += 1
    tally.left_out += person.left_out
    if person.repaired:
        tally.repaired.append(person.line)
    return True


def _unsubscribe(people: Sequence[Person], gateway: HubSpotGateway, tally: _Tally) -> None:
    by_email = {one.email: one for one in people}
    try:
        results = gateway.opt_out(by_email) if people else []
    except ConnectorError as error:
        # Nobody is loaded whose wish for no e-mail cannot be kept.
        tally.stopped = str(error)
        tally.not_unsubscribed += (NotUnsubscribed(one.line, one.email, str(error)) for one in people)
        return
    for result in results:
        if result.ok:
            tally.unsubscribed += 1
        else:
            reason = result.message or result.code or "HubSpot refused it"
            tally.not_unsubscribed.append(NotUnsubscribed(by_email[result.key].line, result.key, reason))
