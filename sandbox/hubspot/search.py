"""The search endpoint's rules: caps, filters, the plan that avoids scanning, sorting and paging by offset.

What a single filter means is in `search_filters.py`; the lagging copy it reads is `search_index.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.associations import Associations
from sandbox.hubspot.indexes import SortedIndex
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.payload import Body, as_list, as_object, as_objects, checked_limit
from sandbox.hubspot.records import Properties
from sandbox.hubspot.search_filters import Condition, KeyRange, compile_filter, matches_query
from sandbox.hubspot.search_index import SearchIndex
from sandbox.hubspot.tables import Table
from sandbox.hubspot.values import parse_datetime, to_ms

MAX_BODY_CHARS = 3_000
MAX_PAGE = 200
MAX_RESULTS = 10_000
MAX_GROUPS = 5
MAX_FILTERS_PER_GROUP = 6
MAX_FILTERS = 18
DEFAULT_PAGE = 10
_PSEUDO = "associations."


@dataclass(frozen=True, slots=True)
class Found:
    """One page: ids with their visible properties, the total, and the next offset."""

    items: list[tuple[str, Properties]]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class _Group:
    """One filter group: what narrows by index, what is tested on each record."""

    ranges: list[KeyRange]
    candidates: frozenset[int] | None
    conditions: list[Condition]


def run_search(table: Table, associations: Associations, raw: Mapping[str, Any], now: datetime) -> Found:
    """Answer a search body as search sees the records at `now`.

    Raises:
        HubSpotFault: 400 for a broken cap, operator, property or value.
    """
    index = table.search
    index.catch_up(now)
    limit = checked_limit(raw.get("limit", DEFAULT_PAGE), MAX_PAGE)
    offset = checked_limit(raw.get("after") or 0, None, "after")
    if offset + limit > MAX_RESULTS:
        raise errors.validation(
            f"Search is limited to {MAX_RESULTS} results: after + limit is {offset + limit}."
        )
    groups = [_compile_group(table, associations, filters) for filters in _filter_groups(raw)]
    sort_name, descending = _sort(table, as_list(raw.get("sorts"), "sorts"))
    query = str(raw.get("query") or "").strip()
    ids, total = _page_of(table, groups, query, sort_name, descending=descending, offset=offset, limit=limit)
    more = offset + len(ids) < total
    return Found(
        [(str(item), index.visible[item]) for item in ids],
        total,
        str(offset + len(ids)) if more and ids else None,
    )


def _page_of(
    table: Table,
    groups: Sequence[_Group],
    query: str,
    sort_name: str,
    *,
    descending: bool,
    offset: int,
    limit: int,
) -> tuple[list[int], int]:
    index = table.search
    order = _index_for(table, sort_name)
    single = groups[0] if len(groups) == 1 else None
    if order is not None and not query and (not groups or single is not None):
        ranges = [] if single is None else single.ranges
        plain = single is None or (single.candidates is None and not single.conditions)
        if plain and all(one.name == sort_name for one in ranges):
            low, high = _intersection(ranges)
            total = order.count(low, high)
            return order.page(low, high, descending=descending, offset=offset, limit=limit), total
    matching: Iterable[int]
    if not groups:
        matching = index.visible
    elif single is not None:
        matching = _matching(table, single)
    else:
        matching = set().union(*(_matching(table, group) for group in groups))
    if query:
        matching = [item for item in matching if matches_query(table.kind, index.visible[item], query)]
    ordered: list[int]
    if order is not None:
        ordered = sorted(matching, key=lambda item: (order.key(item), item), reverse=descending)
    else:
        ordered = sorted(matching, key=_sort_key(table, sort_name, descending=descending), reverse=descending)
    return ordered[offset : offset + limit], len(ordered)


def _matching(table: Table, group: _Group) -> list[int]:
    """Ids in the group, starting from its narrowest index."""
    visible = table.search.visible
    ranges = [(_require_index(table, one.name), one) for one in group.ranges]
    pool: Iterable[int]
    if group.candidates is not None:
        pool = [item for item in group.candidates if item in visible]
    elif ranges:
        ranges.sort(key=lambda pair: pair[0].count(pair[1].low, pair[1].high))
        order, narrow = ranges.pop(0)
        pool = order.ids(narrow.low, narrow.high)
    else:
        pool = visible
    for order, one in ranges:
        pool = order.within(pool, one.low, one.high)
    for condition in group.conditions:
        pool = [item for item in pool if condition(visible[item])]
    return list(pool)


def _intersection(ranges: Sequence[KeyRange]) -> tuple[int | None, int | None]:
    lows = [one.low for one in ranges if one.low is not None]
    highs = [one.high for one in ranges if one.high is not None]
    return max(lows, default=None), min(highs, default=None)


def _index_for(table: Table, name: str) -> SortedIndex | None:
    index, kind = table.search, table.kind
    return {
        kind.modified_property: index.by_modified,
        kind.created_property: index.by_created,
        "hs_object_id": index.by_id,
    }.get(name)


def _require_index(table: Table, name: str) -> SortedIndex:
    found = _index_for(table, name)
    if found is None:
        raise LookupError(f"no index on {name}")
    return found


def _filter_groups(raw: Mapping[str, Any]) -> list[list[Body]]:
    outer = as_objects(raw.get("filterGroups"), "filterGroups")
    groups = [as_objects(group.get("filters"), "filters") for group in (*outer, raw)]
    groups = [group for group in groups if group]
    if len(groups) > MAX_GROUPS:
        raise errors.validation(f"At most {MAX_GROUPS} filter groups are allowed, got {len(groups)}.")
    if any(len(group) > MAX_FILTERS_PER_GROUP for group in groups):
        raise errors.validation(f"At most {MAX_FILTERS_PER_GROUP} filters are allowed per group.")
    if sum(len(group) for group in groups) > MAX_FILTERS:
        raise errors.validation(f"At most {MAX_FILTERS} filters are allowed in all.")
    return groups


def _compile_group(table: Table, associations: Associations, filters: Iterable[Mapping[str, Any]]) -> _Group:
    ranges: list[KeyRange] = []
    conditions: list[Condition] = []
    candidates: frozenset[int] | None = None
    for one in filters:
        name = str(one.get("propertyName") or "")
        narrowed: frozenset[int] | None = None
        if name.startswith(_PSEUDO):
            narrowed = _associated(table, associations, one)
        else:
            definition = table.schema.get(name)
            if definition is None:
                raise errors.validation(
                    f'There was a problem with the request: property "{name}" does not exist',
                    context={"propertyName": [name]},
                )
            indexed = _index_for(table, name) is not None
            compiled = compile_filter(definition, one, indexed=indexed)
            if compiled.key_range is not None:
                ranges.append(compiled.key_range)
                continue
            conditions.append(compiled.condition)
            narrowed = _by_value(table.search, name, compiled.values)
        if narrowed is not None:
            candidates = narrowed if candidates is None else candidates & narrowed
    return _Group(ranges, candidates, conditions)


def _by_value(index: SearchIndex, name: str, values: Sequence[str] | None) -> frozenset[int] | None:
    if values is None:
        return None
    if name == "hs_object_id":
        return frozenset(int(value) for value in values if value.isdigit())
    sets = [index.having(name, value) for value in values]
    known = [one for one in sets if one is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


def _associated(table: Table, associations: Associations, one: Mapping[str, Any]) -> frozenset[int]:
    target = find_object_type(str(one["propertyName"]).removeprefix(_PSEUDO))
    if target is None or one.get("operator") not in ("EQ", "IN"):
        raise errors.validation(f"Cannot filter by {one['propertyName']} with {one.get('operator')}.")
    wanted = as_list(one.get("values"), "values") if one["operator"] == "IN" else [one.get("value")]
    return frozenset(
        int(found)
        for to_id in wanted
        for found in associations.targets(target.name, str(to_id), table.kind.name)
    )


def _sort(table: Table, sorts: Sequence[Any]) -> tuple[str, bool]:
    if not sorts:
        return table.kind.created_property, False
    if len(sorts) > 1:
        raise errors.validation("Only one sort is allowed.")
    first = sorts[0] if isinstance(sorts[0], str) else as_object(sorts[0], "sorts")
    if isinstance(first, str):
        name, descending = first.removeprefix("-"), first.startswith("-")
    else:
        name = str(first.get("propertyName") or "")
        descending = str(first.get("direction") or "ASCENDING").upper().startswith("DESC")
    if table.schema.get(name) is None:
        raise errors.validation(f'Cannot sort by unknown property "{name}"')
    return name, descending


def _sort_key(table: Table, name: str, *, descending: bool) -> Callable[[int], tuple[bool, Any, int]]:
    """Orders by typed value, then id; records without the value come last either way."""
    definition, visible = table.schema.get(name), table.search.visible
    kind = "string" if definition is None else definition.type

    def key(item: int) -> tuple[bool, Any, int]:
        text = visible[item].get(name)
        if not text:
            return (not descending, 0, item)
        if kind == "number":
            return (descending, float(text), item)
        if kind in ("datetime", "date"):
            moment = parse_datetime(text)
            return (descending, 0 if moment is None else to_ms(moment), item)
        return (descending, text.lower(), item)

    return key
