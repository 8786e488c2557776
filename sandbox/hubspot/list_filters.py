"""What the filter of a dynamic list means: branches of AND and OR over values of properties.

Property filters on enumerations, texts, booleans and "has any value" only. Filters on events, forms, associations
and other lists, which HubSpot has too, are refused.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.hubspot import errors
from sandbox.hubspot.payload import as_object, as_objects, as_texts
from sandbox.hubspot.records import Properties
from sandbox.hubspot.schema import PropertyDefinition

Condition = Callable[[Properties], bool]
Find = Callable[[str], PropertyDefinition | None]

_TYPES = {"ENUMERATION": ("enumeration",), "MULTISTRING": ("string",), "BOOL": ("bool", "enumeration")}


def compile_branch(raw: object, find: Find) -> Condition:
    """Read a filter branch and those inside it.

    Args:
        raw: `{filterBranchType, filters, filterBranches}`; the root must be an OR of ANDs.
        find: the object type's properties by name.

    Raises:
        HubSpotFault: 400 for another shape, an unknown property, or an operation that does not fit its type.
    """
    root = as_object(raw, "filterBranch")
    inner = as_objects(root.get("filterBranches"), "filterBranches")
    if root.get("filterBranchType") != "OR" or any(one.get("filterBranchType") != "AND" for one in inner):
        raise errors.validation("The root filter branch must be an OR branch with AND branches inside.")
    if root.get("filters") or not inner:
        raise errors.validation(
            "The root filter branch has no filters of its own and at least one AND branch."
        )
    return _branch(root, find)


def properties_of(raw: Mapping[str, Any]) -> Iterator[str]:
    """The names of the properties that a branch looks at."""
    for one in raw.get("filters") or ():
        yield str(one["property"])
    for branch in raw.get("filterBranches") or ():
        yield from properties_of(branch)


def _branch(raw: Mapping[str, Any], find: Find) -> Condition:
    kind = raw.get("filterBranchType")
    if kind not in ("AND", "OR"):
        raise errors.validation(f"{kind} filter branches are not supported.")
    parts = [_filter(one, find) for one in as_objects(raw.get("filters"), "filters")]
    parts += [_branch(one, find) for one in as_objects(raw.get("filterBranches"), "filterBranches")]
    join = all if kind == "AND" else any
    return lambda properties: join(part(properties) for part in parts)


def _filter(raw: Mapping[str, Any], find: Find) -> Condition:
    if raw.get("filterType") != "PROPERTY":
        raise errors.validation(f"{raw.get('filterType')} filters are not supported.")
    name, operation = str(raw.get("property") or ""), as_object(raw.get("operation"), "operation")
    definition = find(name)
    if definition is None:
        raise errors.validation(f"Property {name} does not exist.")
    kind, operator = operation.get("operationType"), operation.get("operator")
    if kind == "ALL_PROPERTY" and operator in ("IS_KNOWN", "IS_NOT_KNOWN"):
        return lambda properties: bool(properties.get(name)) is (operator == "IS_KNOWN")
    if definition.type not in _TYPES.get(str(kind), ()):
        raise errors.validation(
            f"{kind} operations do not fit the property {name}, which is {definition.type}."
        )
    if kind == "BOOL":
        values = {str(operation.get("value")).lower()}
    else:
        values = {one.lower() if kind == "MULTISTRING" else one for one in _values(operation)}
    wanted = _wanted(str(kind), str(operator))
    unset = operation.get("includeObjectsWithNoValueSet") is True

    def condition(properties: Properties) -> bool:
        stored = properties.get(name)
        if not stored:
            return unset
        parts = stored.split(";") if definition.field_type == "checkbox" else [stored]
        said = {part.lower() if kind != "ENUMERATION" else part for part in parts}
        return bool(said & values) is wanted

    return condition


def _values(operation: Mapping[str, Any]) -> list[str]:
    values = as_texts(operation.get("values"), "values")
    if not values:
        raise errors.validation("This operation needs values.")
    return values


def _wanted(kind: str, operator: str) -> bool:
    known = {
        "ENUMERATION": ("IS_ANY_OF", "IS_NONE_OF"),
        "MULTISTRING": ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"),
        "BOOL": ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"),
    }[kind]
    if operator not in known:
        raise errors.validation(f"{operator} is not an operator of {kind} operations.")
    return operator == known[0]
