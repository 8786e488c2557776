"""`/crm/v3/lists`: lists and their memberships. Folders, filter updates and id mapping are not here."""

from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.http import NO_CONTENT, Call, Reply, collection, route
from sandbox.hubspot.lists import ContactList
from sandbox.hubspot.object_types import find_object_type
from sandbox.hubspot.payload import as_object, as_texts, checked_limit
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.values import iso

Body = dict[str, Any]
MAX_MEMBERSHIP_PAGE, DEFAULT_MEMBERSHIP_PAGE = 250, 100
MAX_SEARCH_PAGE, DEFAULT_SEARCH_PAGE = 500, 20


def list_routes(portal: Portal) -> list[Route]:
    base, one = "/crm/v3/lists", "/crm/v3/lists/{list_id}"
    return [
        route(portal, base, GET=_by_ids, POST=_create),
        route(portal, f"{base}/search", POST=_search),
        route(portal, f"{base}/object-type-id/{{type_id}}/name/{{name}}", GET=_by_name),
        route(portal, f"{base}/records/{{type_id}}/{{record_id}}/memberships", GET=_of_record),
        route(portal, f"{one}/memberships", GET=_memberships, DELETE=_clear),
        route(portal, f"{one}/memberships/join-order", GET=_join_order),
        route(portal, f"{one}/memberships/add", PUT=_add),
        route(portal, f"{one}/memberships/remove", PUT=_remove),
        route(portal, f"{one}/memberships/add-and-remove", PUT=_add_and_remove),
        route(portal, f"{one}/update-list-name", PUT=_rename),
        route(portal, f"{one}/restore", PUT=_restore),
        route(portal, one, GET=_read, DELETE=_delete),
    ]


def _list(call: Call, verb: str) -> ContactList:
    call.require(f"crm.lists.{verb}")
    return call.portal.lists.require(call.path("list_id"))


def _by_ids(call: Call) -> Reply:
    call.require("crm.lists.read")
    wanted = set(call.names("listIds"))
    return Reply({"lists": [_asked(call, one) for one in call.portal.lists.live() if one.id in wanted]})


def _create(call: Call) -> Reply:
    call.require("crm.lists.write")
    body = call.body()
    name, type_id = str(body.get("name") or ""), str(body.get("objectTypeId") or "")
    kind = find_object_type(type_id)
    if not name or kind is None:
        raise errors.validation("A list needs a name and a known objectTypeId.")
    filters = as_object(body.get("filterBranch"), "filterBranch") or None
    processing = str(body.get("processingType") or "")
    if processing == "DYNAMIC" and filters is None:
        raise errors.validation("A DYNAMIC list needs a filterBranch.")
    made = call.portal.add_list(name, processing, object_type=kind.name, filter_branch=filters)
    return Reply({"list": _wire(call, made, with_filters=True)})


def _wire(call: Call, found: ContactList, *, with_filters: bool = False) -> Body:
    return found.wire(size=len(call.portal.list_members(found)), with_filters=with_filters)


def _asked(call: Call, found: ContactList) -> Body:
    return _wire(call, found, with_filters=(call.query("includeFilters") or "").lower() == "true")


def _read(call: Call) -> Reply:
    return Reply({"list": _asked(call, _list(call, "read"))})


def _by_name(call: Call) -> Reply:
    call.require("crm.lists.read")
    found = call.portal.lists.by_name(call.path("type_id"), call.path("name"))
    if found is None:
        raise errors.not_found(f"List does not exist with name {call.path('name')}.")
    return Reply({"list": _asked(call, found)})


def _search(call: Call) -> Reply:
    call.require("crm.lists.read")
    body = call.body()
    offset = checked_limit(body.get("offset") or 0, None, "offset")
    count = checked_limit(body.get("count") or DEFAULT_SEARCH_PAGE, MAX_SEARCH_PAGE, "count")
    query, kinds = (
        str(body.get("query") or "").lower(),
        set(as_texts(body.get("processingTypes"), "processingTypes")),
    )
    type_id = body.get("objectTypeId")
    found = [
        one
        for one in call.portal.lists.live()
        if query in one.name.lower()
        and (not kinds or one.processing_type in kinds)
        and (not type_id or one.object_type_id == type_id)
    ]
    page = found[offset : offset + count]
    return Reply(
        {
            "lists": [one.search_wire(size=len(call.portal.list_members(one))) for one in page],
            "hasMore": offset + len(page) < len(found),
            "offset": offset + len(page),
            "total": len(found),
        }
    )


def _delete(call: Call) -> Reply:
    _list(call, "write").deleted_at = call.portal.now()
    return NO_CONTENT


def _restore(call: Call) -> Reply:
    call.require("crm.lists.write")
    call.portal.lists.restore(call.path("list_id"))
    return NO_CONTENT


def _rename(call: Call) -> Reply:
    found = _list(call, "write")
    name = call.query("listName")
    if name:
        found.name, found.updated_at = name, call.portal.now()
    return Reply({"updatedList": _wire(call, found)})


def _memberships(call: Call) -> Reply:
    members = call.portal.list_members(_list(call, "read"))
    ordered = sorted(members.items(), key=lambda member: int(member[0]))
    return _membership_page(call, [(record_id, iso(joined)) for record_id, joined in ordered])


def _join_order(call: Call) -> Reply:
    members = call.portal.list_members(_list(call, "read"))
    ordered = sorted(members.items(), key=lambda member: (member[1], int(member[0])), reverse=True)
    return _membership_page(call, [(record_id, iso(joined)) for record_id, joined in ordered])


def _membership_page(call: Call, members: list[tuple[str, str]]) -> Reply:
    limit = call.integer("limit", DEFAULT_MEMBERSHIP_PAGE, MAX_MEMBERSHIP_PAGE)
    after = call.query("after")
    positions = [record_id for record_id, _ in members]
    start = positions.index(after) + 1 if after in positions else 0
    page = members[start : start + limit]
    results = [{"recordId": record_id, "membershipTimestamp": joined} for record_id, joined in page]
    more = start + limit < len(members)
    return Reply({**collection(results, page[-1][0] if more and page else None), "total": len(members)})


def _of_record(call: Call) -> Reply:
    call.require("crm.lists.read")
    kind = find_object_type(call.path("type_id"))
    record_id = call.path("record_id")
    type_id = kind.type_id if kind is not None else ""
    lists = [one for one in call.portal.lists.live() if one.object_type_id == type_id]
    joined = [(one, call.portal.list_members(one).get(record_id)) for one in lists]
    results = [
        {
            "listId": one.id,
            "listVersion": 1,
            "isPublicList": False,
            "firstAddedTimestamp": iso(at),
            "lastAddedTimestamp": iso(at),
        }
        for one, at in joined
        if at is not None
    ]
    return Reply({"results": results, "total": len(results)})


def _clear(call: Call) -> Reply:
    found = _list(call, "write")
    call.portal.lists.change(found.id, remove=list(found.members), now=call.portal.now())
    return NO_CONTENT


def _add(call: Call) -> Reply:
    return _change(call, as_texts(call.json(), "the body"), [])


def _remove(call: Call) -> Reply:
    return _change(call, [], as_texts(call.json(), "the body"))


def _add_and_remove(call: Call) -> Reply:
    body = call.body()
    return _change(
        call,
        as_texts(body.get("recordIdsToAdd"), "recordIdsToAdd"),
        as_texts(body.get("recordIdsToRemove"), "recordIdsToRemove"),
    )


def _change(call: Call, add: list[str], remove: list[str]) -> Reply:
    found = _list(call, "write")
    kind = find_object_type(found.object_type_id)
    table = None if kind is None else call.portal.tables[kind.name]
    known = [one for one in add if table is not None and (r := table.get(one)) is not None and not r.archived]
    added, removed = call.portal.lists.change(found.id, add=known, remove=remove, now=call.portal.now())
    missing = [one for one in (*add, *remove) if table is None or table.get(one) is None]
    return Reply({"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": missing})
