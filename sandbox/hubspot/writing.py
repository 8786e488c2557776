"""Creating and updating records: checks first, then one write, its derived values and its history.

Every caller, HTTP or the simulated people, comes through here. Associations and merges are elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.hubspot import errors
from sandbox.hubspot.computed import DEFAULT_LIFECYCLE_STAGE, creation_values, derived_values
from sandbox.hubspot.errors import HubSpotFault, PropertyProblem
from sandbox.hubspot.records import Actor, Properties, Record, Write
from sandbox.hubspot.tables import Table
from sandbox.hubspot.values import RefusedValueError, as_text, iso, normalise

OWNER_PROPERTY = "hubspot_owner_id"
_CALCULATED = Actor.system("CALCULATED")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Checked values, ready to be committed: `""` clears, absent means unchanged."""

    values: dict[str, str]


class Writer:
    """Checks and commits writes to tables.

    Args:
        portal_id: named in error texts.
        owner_exists: tells whether an owner id may be assigned.
    """

    def __init__(self, portal_id: int, owner_exists: Callable[[str], bool]) -> None:
        self._portal_id = portal_id
        self._owner_exists = owner_exists

    def prepare_create(self, table: Table, raw: Mapping[str, object], actor: Actor) -> Prepared:
        """Check a create without committing it.

        Raises:
            HubSpotFault: 400 for refused values or missing required ones, 409 for a known e-mail.
        """
        kind = table.kind
        if kind.name == "meetings" and not raw.get("hs_timestamp") and raw.get("hs_meeting_start_time"):
            raw = {**raw, "hs_timestamp": raw["hs_meeting_start_time"]}
        values = self._checked(table, raw, {}, actor)
        missing = [name for name in kind.required if not values.get(name)]
        if missing or (kind.required_any and not any(values.get(name) for name in kind.required_any)):
            raise errors.required_missing(kind.singular, missing or kind.required_any)
        if kind.name == "deals":
            values.setdefault("pipeline", "default")
        if "lifecyclestage" not in values and table.schema.get("lifecyclestage") is not None:
            values["lifecyclestage"] = DEFAULT_LIFECYCLE_STAGE
        self._require_unique(table, values, None)
        return Prepared({name: value for name, value in values.items() if value})

    def prepare_update(
        self, table: Table, record: Record, raw: Mapping[str, object], actor: Actor
    ) -> Prepared:
        """Check an update without committing it; raises as `prepare_create` does."""
        values = self._checked(table, raw, record.properties, actor)
        self._refuse_regression(table, record.properties, values)
        self._require_unique(table, values, record)
        return Prepared(values)

    def create(self, table: Table, prepared: Prepared, actor: Actor, at: datetime) -> Record:
        """Commit a checked create."""
        record_id = table.new_id()
        given = {name: value for name, value in creation_values(table.kind, record_id, actor, at).items()
                 if table.schema.get(name) is not None}  # fmt: skip
        changed = {**given, **prepared.values}
        derived = derived_values(table.schema, {}, changed, actor, at)
        properties: Properties = {name: value for name, value in {**changed, **derived}.items() if value}
        logged = {name: value for name, value in changed.items() if name not in _UNLOGGED}
        record = Record(table.kind, record_id, properties, created_at=at, updated_at=at)
        record.writes.append(Write(at, actor, logged))
        self._log_derived(record, derived, at)
        table.insert(record)
        return record

    def update(self, table: Table, record: Record, prepared: Prepared, actor: Actor, at: datetime) -> bool:
        """Commit a checked update; False when it changed nothing (then nothing is bumped or logged)."""
        before = record.properties
        changed = {
            name: value for name, value in prepared.values.items() if (before.get(name) or "") != value
        }
        if not changed:
            return False
        at = max(at, record.updated_at)
        derived = {
            name: value
            for name, value in derived_values(table.schema, before, changed, actor, at).items()
            if (before.get(name) or "") != value
        }
        properties: Properties = {**before}
        for name, value in {**changed, **derived}.items():
            if value:
                properties[name] = value
            else:
                properties.pop(name, None)
        properties[table.kind.modified_property] = iso(at)
        record.writes.append(Write(at, actor, changed))
        self._log_derived(record, derived, at)
        self.replace_properties(table, record, properties, at)
        return True

    def touch(self, table: Table, record: Record, at: datetime) -> None:
        """Move the modified date alone, as restoring and merging do."""
        moved = {**record.properties, table.kind.modified_property: iso(at)}
        self.replace_properties(table, record, moved, at)

    def replace_properties(self, table: Table, record: Record, properties: Properties, at: datetime) -> None:
        """Put a new property map in place and let the indexes know."""
        before = record.properties
        record.properties = properties
        record.updated_at = at
        record.version += 1
        table.changed(record, before)

    def _log_derived(self, record: Record, derived: Mapping[str, str], at: datetime) -> None:
        logged = {name: value for name, value in derived.items() if value or record.properties.get(name)}
        if logged:
            record.writes.append(Write(at, _CALCULATED, logged))

    def _checked(
        self, table: Table, raw: Mapping[str, object], stored: Properties, actor: Actor
    ) -> dict[str, str]:
        values: dict[str, str] = {}
        problems: list[PropertyProblem] = []
        for name, sent in raw.items():
            definition = table.schema.get(name)
            if definition is None:
                problems.append(
                    PropertyProblem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
                )
                continue
            if sent is None:
                continue
            text = as_text(sent)
            if definition.read_only and not actor.computes:
                problems.append(
                    PropertyProblem(
                        name,
                        "READ_ONLY_VALUE",
                        f'"{name}" is a calculated property; its value cannot be set.',
                        text,
                    )
                )
                continue
            if name == OWNER_PROPERTY and text and not self._owner_exists(text):
                problems.append(
                    PropertyProblem(
                        name,
                        "INVALID_OPTION",
                        f"{text} was not one of the allowed options: [owner ids]",
                        text,
                    )
                )
                continue
            try:
                values[name] = normalise(definition, text, stored.get(name))
            except RefusedValueError as refused:
                problems.append(refused.problem)
        if problems:
            raise errors.invalid_properties(problems, self._portal_id)
        return values

    def _require_unique(self, table: Table, values: Mapping[str, str], record: Record | None) -> None:
        problems: list[PropertyProblem] = []
        for name, value in values.items():
            if not value or not table.is_unique(name):
                continue
            holder = table.owner_of(name, value)
            if holder is None or holder is record:
                continue
            if name == "email":
                raise errors.contact_exists(holder.id)
            problems.append(
                PropertyProblem(
                    name,
                    "CONFLICTING_UNIQUE_VALUE",
                    f"{table.kind.name}: {holder.id} already has that value for property {name}.",
                    value,
                )
            )
        if problems:
            raise errors.invalid_properties(problems, self._portal_id)

    @staticmethod
    def _refuse_regression(table: Table, stored: Properties, values: dict[str, str]) -> None:
        """Drop a backward lifecycle stage without a word, as HubSpot does."""
        sent, present = values.get("lifecyclestage"), stored.get("lifecyclestage")
        definition = table.schema.get("lifecyclestage")
        if not sent or not present or definition is None:
            return
        order = definition.option_values
        if sent in order and present in order and order.index(sent) < order.index(present):
            del values["lifecyclestage"]


_UNLOGGED = frozenset({"lastmodifieddate", "hs_lastmodifieddate"})


def fault_names_existing(fault: HubSpotFault) -> str | None:
    """The id that a 409's text names, or None."""
    _, found, record_id = fault.message.partition("Existing ID: ")
    return record_id if found else None
