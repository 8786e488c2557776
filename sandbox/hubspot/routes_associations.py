"""`/crm/v4/objects/.../associations` and `/crm/v4/associations/{from}/{to}/batch/...`."""

from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.access import object_scope
from sandbox.hubspot.associations import AssociationTypes, association_types
from sandbox.hubspot.errors import HubSpotFault
from sandbox.hubspot.http import NO_CONTENT, Call, Reply, batch_body, collection, route
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.payload import as_list, association_type_ids, id_of
from sandbox.hubspot.portal import Portal

Body = dict[str, Any]
CATEGORY = "HUBSPOT_DEFINED"
MAX_PAGE = 500
MAX_READ, MAX_CREATE, MAX_ARCHIVE = 1000, 2000, 100


def association_routes(portal: Portal) -> list[Route]:
    one = "/crm/v4/objects/{from_type}/{from_id}/associations"
    many = "/crm/v4/associations/{from_type}/{to_type}"
    return [
        route(portal, f"{many}/batch/read", POST=_batch_read),
        route(portal, f"{many}/batch/create", POST=_batch_create),
        route(portal, f"{many}/batch/associate/default", POST=_batch_default),
        route(portal, f"{many}/batch/archive", POST=_batch_archive),
        route(portal, f"{many}/batch/labels/archive", POST=_batch_labels_archive),
        route(portal, f"{many}/labels", GET=_labels),
        route(portal, f"{one}/default/{{to_type}}/{{to_id}}", PUT=_put_default),
        route(portal, f"{one}/{{to_type}}", GET=_list),
        route(portal, f"{one}/{{to_type}}/{{to_id}}", PUT=_put, DELETE=_remove),
    ]


def _kinds(call: Call, verb: str) -> tuple[ObjectType, ObjectType]:
    source, target = object_type(call.path("from_type")), object_type(call.path("to_type"))
    for kind in (source, target):
        call.require(object_scope(kind, verb))
    return source, target


def _type_body(types: AssociationTypes, type_id: int) -> Body:
    return {"category": CATEGORY, "typeId": type_id, "label": types.label(type_id)}


def _target_body(call: Call, source: ObjectType, from_id: str, target: ObjectType, to_id: str) -> Body:
    types = association_types(source.name, target.name)
    ids = call.portal.associations.type_ids(source.name, from_id, target.name, to_id)
    return {"toObjectId": int(to_id), "associationTypes": [_type_body(types, one) for one in ids]}


def _page(call: Call, source: ObjectType, from_id: str, target: ObjectType, after: int, limit: int) -> Body:
    targets = [one for one in call.portal.associated(source.name, from_id, target.name) if int(one) >= after]
    results = [_target_body(call, source, from_id, target, one) for one in targets[:limit]]
    return collection(results, targets[limit] if len(targets) > limit else None)


def _list(call: Call) -> Reply:
    source, target = _kinds(call, "read")
    record = call.portal.record(source.name, call.path("from_id"))
    if record is None or record.archived:
        raise errors.record_not_found(call.path("from_id"))
    limit = call.integer("limit", MAX_PAGE, MAX_PAGE)
    return Reply(_page(call, source, record.id, target, call.integer("after", 0), limit))


def _put(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    return Reply(_associate(call, source, target, call.path("from_id"), call.path("to_id"), call.json()), 201)


def _associate(
    call: Call, source: ObjectType, target: ObjectType, from_id: str, to_id: str, raw_types: object
) -> Body:
    type_ids = association_type_ids(raw_types)
    if not type_ids:
        raise errors.validation("At least one association type is needed.")
    call.portal.associate(source.name, from_id, target.name, to_id, type_ids=type_ids)
    types = association_types(source.name, target.name)
    return {
        "fromObjectTypeId": source.type_id,
        "fromObjectId": int(from_id),
        "toObjectTypeId": target.type_id,
        "toObjectId": int(to_id),
        "labels": [label for one in type_ids if (label := types.label(one)) is not None],
    }


def _put_default(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    results = _associate_default(call, source, target, call.path("from_id"), call.path("to_id"))
    return Reply(batch_body(call.portal, results, []))


def _associate_default(
    call: Call, source: ObjectType, target: ObjectType, from_id: str, to_id: str
) -> list[Body]:
    there, back = association_types(source.name, target.name), association_types(target.name, source.name)
    present = call.portal.associations.type_ids(source.name, from_id, target.name, to_id)
    call.portal.associate(source.name, from_id, target.name, to_id, type_ids=present or [there.default])
    return [
        _default_body(from_id, to_id, there.default),
        _default_body(to_id, from_id, back.default),
    ]


def _default_body(from_id: str, to_id: str, type_id: int) -> Body:
    spec = {"associationCategory": CATEGORY, "associationTypeId": type_id}
    return {"from": {"id": from_id}, "to": {"id": to_id}, "associationSpec": spec}


def _remove(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    call.portal.dissociate(source.name, call.path("from_id"), target.name, call.path("to_id"))
    return NO_CONTENT


def _batch_read(call: Call) -> Reply:
    source, target = _kinds(call, "read")
    results: list[Body] = []
    faults: list[Body] = []
    for one in call.inputs(MAX_READ):
        from_id = str(one.get("id", ""))
        record = call.portal.record(source.name, from_id)
        after = int(one["after"]) if str(one.get("after") or "").isdigit() else 0
        page = {"results": []} if record is None else _page(call, source, record.id, target, after, MAX_PAGE)
        if not page["results"]:
            faults.append(_no_associations(source, target, from_id))
            continue
        body: Body = {"from": {"id": from_id}, "to": page["results"]}
        if "paging" in page:
            body["paging"] = page["paging"]
        results.append(body)
    return Reply(batch_body(call.portal, results, faults), 207 if faults else 200)


def _no_associations(source: ObjectType, target: ObjectType, from_id: str) -> Body:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {target.singular} is associated with {source.singular} {from_id}.",
        "context": {
            "fromObjectId": [from_id],
            "fromObjectType": [source.singular],
            "toObjectType": [target.singular],
        },
    }


def _ends(one: Body) -> tuple[str, str]:
    return id_of(one.get("from")), id_of(one.get("to"))


def _targets(one: Body) -> list[str]:
    return [id_of(target) for target in as_list(one.get("to"), "to")]


def _batch_create(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    results: list[Body] = []
    faults: list[Body] = []
    for one in call.inputs(MAX_CREATE):
        from_id, to_id = _ends(one)
        try:
            results.append(_associate(call, source, target, from_id, to_id, one.get("types")))
        except HubSpotFault as fault:
            faults.append(_bad_pair(fault, from_id, to_id))
    return Reply(batch_body(call.portal, results, faults), 207 if faults else 201)


def _bad_pair(fault: HubSpotFault, from_id: str, to_id: str) -> Body:
    if fault.status != 404:
        return fault.batch_entry(fromObjectId=[from_id], toObjectId=[to_id])
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_IDENTIFIER",
        "message": f"One of the ids {from_id}, {to_id} is not valid.",
        "context": {"fromObjectId": [from_id], "toObjectId": [to_id]},
    }


def _batch_default(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    results: list[Body] = []
    faults: list[Body] = []
    for one in call.inputs(MAX_CREATE):
        from_id, to_id = _ends(one)
        try:
            results += _associate_default(call, source, target, from_id, to_id)
        except HubSpotFault as fault:
            faults.append(_bad_pair(fault, from_id, to_id))
    return Reply(batch_body(call.portal, results, faults), 207 if faults else 200)


def _batch_archive(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    for one in call.inputs(MAX_ARCHIVE):
        from_id = id_of(one.get("from"))
        for to_id in _targets(one):
            _remove_if_there(call, source, target, from_id, to_id)
    return NO_CONTENT


def _batch_labels_archive(call: Call) -> Reply:
    source, target = _kinds(call, "write")
    types = association_types(source.name, target.name)
    for one in call.inputs(MAX_CREATE):
        from_id, to_id = _ends(one)
        type_ids = association_type_ids(one.get("types"))
        if types.default in type_ids:
            _remove_if_there(call, source, target, from_id, to_id)
        elif types.primary in type_ids or types.hierarchy:
            call.portal.unlabel(source.name, from_id, target.name, to_id, type_ids)
    return NO_CONTENT


def _remove_if_there(call: Call, source: ObjectType, target: ObjectType, from_id: str, to_id: str) -> None:
    if call.portal.associations.type_ids(source.name, from_id, target.name, to_id):
        call.portal.dissociate(source.name, from_id, target.name, to_id)


def _labels(call: Call) -> Reply:
    source, target = _kinds(call, "read")
    types = association_types(source.name, target.name)
    return Reply(collection([_type_body(types, one) for one in types.ids]))
