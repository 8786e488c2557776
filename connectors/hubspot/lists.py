"""Finding and adding the lists that Accord declares: dynamic ones, whose members HubSpot itself keeps in step.

No membership is ever written: who is on a list follows from the property that it filters by.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.declaration import HUBSPOT_LISTS, DeclaredList, SchemaItem
from connectors.errors import PermanentError
from connectors.hubspot.client import HubSpotClient
from connectors.retry import Safety

_LISTS = "/crm/v3/lists"
_CONTACTS = "0-1"


def missing(client: HubSpotClient, declared: Sequence[DeclaredList] = HUBSPOT_LISTS) -> list[SchemaItem]:
    """The lists that the account lacks; a list of the name with another filter is a conflict.

    Raises:
        MissingPermission: the token lacks ``crm.lists.read``.
    """
    found: list[SchemaItem] = []
    for one in declared:
        raw = _by_name(client, one.name)
        if raw is None:
            values = " or ".join(one.values)
            found.append(SchemaItem("hubspot", "contacts", one.name, "list", f"{one.property} is {values}"))
        elif not any(_asks(filter_, one) for filter_ in _filters(raw.get("filterBranch") or {})):
            detail = f"exists and does not filter by {one.property}: rename or delete it"
            found.append(SchemaItem("hubspot", "contacts", one.name, "conflict", detail))
    return found


def add(client: HubSpotClient, item: SchemaItem, declared: Sequence[DeclaredList] = HUBSPOT_LISTS) -> None:
    """Make one list; one that has come to exist meanwhile is left as it is."""
    wanted = next(one for one in declared if one.name == item.name)
    try:
        # A second list of the same name is refused, so repeating is safe.
        client.call("POST", _LISTS, endpoint=_LISTS, body=_definition(wanted), safety=Safety.IDEMPOTENT_WRITE)
    except PermanentError:
        if _by_name(client, wanted.name) is None:
            raise


def _by_name(client: HubSpotClient, name: str) -> dict[str, Any] | None:
    path = f"{_LISTS}/object-type-id/{_CONTACTS}/name"
    try:
        answer = client.call(
            "GET",
            f"{path}/{quote(name, safe='')}",
            endpoint=f"{path}/{{name}}",
            query=[("includeFilters", "true")],
        )
    except PermanentError as error:
        if error.status == 404:
            return None
        raise
    return dict(answer["list"])


def _filters(branch: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from branch.get("filters") or ()
    for inner in branch.get("filterBranches") or ():
        yield from _filters(inner)


def _asks(raw: Mapping[str, Any], wanted: DeclaredList) -> bool:
    """Marketers may narrow the list further; the one filter that makes it what it is has to stay."""
    values = (raw.get("operation") or {}).get("values") or ()
    return raw.get("property") == wanted.property and set(wanted.values) <= set(values)


def _definition(wanted: DeclaredList) -> dict[str, Any]:
    by_value = {
        "filterType": "PROPERTY",
        "property": wanted.property,
        "operation": {
            "operationType": "ENUMERATION",
            "operator": "IS_ANY_OF",
            "values": list(wanted.values),
            "includeObjectsWithNoValueSet": False,
        },
    }
    inner = {
        "filterBranchType": "AND",
        "filterBranchOperator": "AND",
        "filters": [by_value],
        "filterBranches": [],
    }
    return {
        "name": wanted.name,
        "objectTypeId": _CONTACTS,
        "processingType": "DYNAMIC",
        # HubSpot takes a filter only as an OR of ANDs.
        "filterBranch": {
            "filterBranchType": "OR",
            "filterBranchOperator": "OR",
            "filters": [],
            "filterBranches": [inner],
        },
    }
