"""The SELECT list as a function from a row to the JSON object that the API shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import ObjectSpec
from sandbox.salesforce.soql_fields import Getter, Resolver, Step, name_value
from sandbox.salesforce.soql_tree import Call, Path, Query, TypeOf, malformed
from sandbox.salesforce.table import Row
from sandbox.salesforce.values import render

Shape = dict[str, Any]
Render = Callable[[Row], Shape]
_MOST_FIELDS_ROWS = 200


@dataclass(slots=True)
class _Node:
    """The fields wanted of one record, and of the parents reached from it."""

    getters: list[tuple[str, Getter]] = field(default_factory=list)
    parents: dict[str, tuple[Step, "_Node"]] = field(default_factory=dict)


def attributes(sobject: str, record_id: str, root: str) -> dict[str, str]:
    """The ``attributes`` member; ``root`` is ``/services/data/v59.0``."""
    return {"type": sobject, "url": f"{root}/sobjects/{sobject}/{record_id}"}


class Selection:
    """Compiles the items of one query.

    Args:
        resolver: resolves names for the calling user.
        spec: the queried object.
        query: the parsed statement.
        root: the URL prefix of the API version.
        run_child: runs a child subquery for a parent row.
    """

    def __init__(
        self,
        resolver: Resolver,
        spec: ObjectSpec,
        query: Query,
        root: str,
        run_child: Callable[[ObjectSpec, Query], Callable[[Row], Any]],
    ) -> None:
        self._resolver = resolver
        self._spec = spec
        self._query = query
        self._root = root
        self._tree = _Node()
        self._extra: list[tuple[str, Callable[[Row], Any]]] = []
        self._seen: set[str] = set()
        for item in query.items:
            if isinstance(item, Query):
                self._extra.append((self._relationship_of(item), run_child(spec, item)))
            elif isinstance(item, TypeOf):
                self._add_type_of(item)
            elif isinstance(item, Call):
                self._add_macro(item)
            else:
                self._add(item)

    def _relationship_of(self, child: Query) -> str:
        for _, __, relationship, ___ in self._resolver.store.children(self._spec.name):
            if relationship.lower() == child.source.lower():
                return relationship
        message = f"Didn't understand relationship '{child.source}' in FROM part of query call."
        raise malformed(self._query.text, child.source_column, message, "INVALID_TYPE")

    def _once(self, name: str) -> None:
        if name.lower() in self._seen:
            raise SalesforceFault("INVALID_FIELD", f"duplicate field selected: {name}")
        self._seen.add(name.lower())

    def _add(self, path: Path) -> None:
        self._once(path.text)
        resolved = self._resolver.resolve(self._spec, path, self._query.text)
        node = self._tree
        for step in resolved.steps:
            node = node.parents.setdefault(step.name, (step, _Node()))[1]
        name = resolved.spec.name
        node.getters.append((name, resolved.last))

    def _add_macro(self, call: Call) -> None:
        if call.name != "FIELDS" or call.path is None:
            message = f"Invalid use of function {call.name} without GROUP BY"
            raise malformed(self._query.text, call.column, message)
        kind = call.path.text.upper()
        if kind not in ("STANDARD", "CUSTOM", "ALL"):
            raise malformed(self._query.text, call.column, f"unexpected token: '{call.path.text}'")
        limit = self._query.limit
        if kind != "STANDARD" and (limit is None or limit > _MOST_FIELDS_ROWS):
            message = "The SOQL FIELDS function must have a LIMIT of at most 200"
            raise malformed(self._query.text, call.column, message)
        for name, found in self._resolver.store.access(self._resolver.user_id, self._spec).readable.items():
            if kind == "ALL" or found.custom == (kind == "CUSTOM"):
                self._add(Path((name,), call.column))

    def _add_type_of(self, item: TypeOf) -> None:
        store, resolver, root = self._resolver.store, self._resolver, self._root
        lookup = self._spec.relationship(item.path.text)
        if lookup is None:
            raise resolver.unknown(item.path, item.path.text, self._spec.name, self._query.text)
        step = resolver.step(lookup)
        text = self._query.text
        wanted: dict[str, list[tuple[str, Getter]]] = {}
        for name, paths in item.whens:
            target = store.spec(name)
            found = [resolver.resolve(target, path, text) for path in paths]
            wanted[target.name] = [(one.spec.name, one.get) for one in found]

        def read(row: Row) -> Shape | None:
            parent = step.follow(row)
            if parent is None:
                return None
            sobject, target = parent
            shown: Shape = {"attributes": attributes(sobject, target.id, root)}
            if sobject in wanted:
                shown.update({key: render(get(target)) for key, get in wanted[sobject]})
            else:
                shown.update(
                    {
                        path.text: render(name_value(store, sobject, target, path.text))
                        for path in item.otherwise
                    }
                )
            return shown

        self._once(step.name)
        self._extra.append((step.name, read))

    def render(self, row: Row) -> Shape:
        """The record as JSON shows it."""
        shown = self._record(self._spec.name, row, self._tree)
        for key, read in self._extra:
            shown[key] = read(row)
        return shown

    def _record(self, sobject: str, row: Row, node: _Node) -> Shape:
        shown: Shape = {"attributes": attributes(sobject, row.id, self._root)}
        for key, get in node.getters:
            shown[key] = render(get(row))
        for name, (step, below) in node.parents.items():
            found = step.follow(row)
            shown[name] = None if found is None else self._record(found[0], found[1], below)
        return shown
