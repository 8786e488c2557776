"""Field paths of a query resolved against the schema and one user's field-level security."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.derive import VIRTUAL
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import FieldSpec, ObjectSpec, text
from sandbox.salesforce.soql_tree import Path, malformed
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row

Getter = Callable[[Row], Any]
_MOST_LEVELS = 5
_NAME_FIELDS = (
    "Id", "Name", "FirstName", "LastName", "Email", "Alias", "IsActive", "Phone", "Title", "Type", "Username",
    "ProfileId", "UserRoleId",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolved:
    """A field that a query names: its definition, and how to read it from a row of the query's object.

    ``steps`` are the lookups on the way, outermost first, and ``last`` reads from the row where they end;
    ``own`` is true when there are none.
    """

    spec: FieldSpec
    get: Getter
    last: Getter
    steps: tuple["Step", ...] = ()

    @property
    def own(self) -> bool:
        return not self.steps


@dataclass(frozen=True, slots=True)
class Step:
    """One lookup followed: the relationship's exact name, and how to get the parent's object and row."""

    name: str
    follow: Callable[[Row], tuple[str, Row] | None]


class Resolver:
    """Resolves names for one user.

    Args:
        store: the org.
        user_id: whose field-level security binds.
    """

    def __init__(self, store: Store, user_id: str) -> None:
        self.store = store
        self.user_id = user_id

    def unknown(self, path: Path, name: str, entity: str, source: str) -> SalesforceFault:
        """No such column, or one that this user may not see."""
        message = (
            f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be "
            "sure to append the '__c' after the custom field name. Please reference your WSDL or the describe "
            "call for the appropriate names."
        )
        return malformed(source, path.column, message, "INVALID_FIELD")

    def resolve(self, spec: ObjectSpec, path: Path, source: str) -> Resolved:
        """The field that ``path`` names, starting at ``spec``. Raises INVALID_FIELD."""
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() == spec.name.lower() and spec.relationship(parts[0]) is None:
            parts = parts[1:]
        if len(parts) - 1 > _MOST_LEVELS:
            raise malformed(
                source, path.column, "Maximum 5 levels of relationships are allowed", "INVALID_FIELD"
            )
        steps: list[Step] = []
        here: ObjectSpec | None = spec
        for name in parts[:-1]:
            if here is None:
                raise self.unknown(path, name, "Name", source)
            step, here = self._step(here, path, name, source)
            steps.append(step)
        if here is None:
            return self._name_field(tuple(steps), path, parts[-1], source)
        field = self.store.access(self.user_id, here).find(here, parts[-1])
        if field is None:
            raise self.unknown(path, parts[-1], here.name, source)
        last = self.reader(here.name, field)
        return Resolved(field, _chain(steps, last), last, tuple(steps))

    def reader(self, sobject: str, field: FieldSpec) -> Getter:
        """How to read a field of a row of that object."""
        virtual = VIRTUAL.get((sobject, field.name))
        if virtual is not None:
            store, work = self.store, virtual
            return lambda row: work(store, row)
        name = field.name
        return lambda row: row.get(name)

    def _step(self, spec: ObjectSpec, path: Path, name: str, source: str) -> tuple[Step, ObjectSpec | None]:
        lookup = spec.relationship(name)
        if lookup is None or self.store.access(self.user_id, spec).find(spec, lookup.name) is None:
            message = (
                f"Didn't understand relationship '{name}' in field path. If you are attempting to use a "
                "custom relationship, be sure to append the '__r' after the custom relationship name. Please "
                "reference your WSDL or the describe call for the appropriate names."
            )
            raise malformed(source, path.column, message, "INVALID_FIELD")
        step = self.step(lookup)
        return step, None if lookup.polymorphic else self.store.specs[lookup.reference_to[0]]

    def step(self, lookup: FieldSpec) -> Step:
        """How to follow a lookup from a row."""
        store, field_name = self.store, lookup.name

        def follow(row: Row) -> tuple[str, Row] | None:
            record_id = row.get(field_name)
            sobject = None if record_id is None else store.object_of(record_id)
            target = None if sobject is None else store.row(sobject, record_id)
            return None if sobject is None or target is None else (sobject, target)

        return Step(str(lookup.relationship), follow)

    def _name_field(self, steps: tuple[Step, ...], path: Path, name: str, source: str) -> Resolved:
        exact = next((known for known in _NAME_FIELDS if known.lower() == name.lower()), None)
        if exact is None:
            raise self.unknown(path, name, "Name", source)
        store = self.store

        def read(row: Row) -> Any:
            return name_value(store, store.object_of(row.id) or "", row, exact)

        field = self.store.specs["User"].fields.get(exact) or text("Type", 50)
        return Resolved(field, _chain(list(steps), read), read, steps)


def name_value(store: Store, sobject: str, row: Row, name: str) -> Any:
    """A field of the Name object that a polymorphic lookup resolves to; None where it has no such field."""
    if name == "Type":
        return "Queue" if sobject == "Group" and row["Type"] == "Queue" else sobject
    return row.get(name) if name in store.specs[sobject].fields else None


def _chain(steps: list[Step], last: Getter) -> Getter:
    if not steps:
        return last

    def read(row: Row) -> Any:
        for step in steps:
            found = step.follow(row)
            if found is None:
                return None
            row = found[1]
        return last(row)

    return read
