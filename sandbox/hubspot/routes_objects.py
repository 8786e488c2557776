"""`/crm/v3/objects/{type}`: single records, lists, batches, search, merge and privacy deletion."""

from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.access import object_scope
from sandbox.hubspot.associations import Link, association_types
from sandbox.hubspot.batches import Outcome, create_batch, properties_of, update_batch, upsert_batch
from sandbox.hubspot.http import MAX_PAGE, NO_CONTENT, Call, Reply, batch_body, collection, route
from sandbox.hubspot.object_types import OBJECT_TYPES
from sandbox.hubspot.payload import as_objects, as_texts, association_type_ids, id_of
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Record
from sandbox.hubspot.search import MAX_BODY_CHARS, run_search
from sandbox.hubspot.tables import Table
from sandbox.hubspot.wire import Projection, association_bodies, changed_body, full_body

MAX_BATCH = 100
MAX_PAGE_WITH_HISTORY = 50
DEFAULT_PAGE = 10
_READ, _WRITE = "read", "write"


def object_routes(portal: Portal) -> list[Route]:
    """The routes, the busiest first."""
    base = "/crm/v3/objects/{object_type}"
    return [
        route(portal, f"{base}/search", search=True, POST=_search),
        route(portal, f"{base}/batch/{{action}}", POST=_batch),
        route(portal, base, GET=_list, POST=_create),
        route(portal, f"{base}/merge", POST=_merge),
        route(portal, f"{base}/gdpr-delete", POST=_privacy_delete),
        route(portal, f"{base}/{{record_id}}", GET=_read, PATCH=_update, DELETE=_archive),
    ]


def _table(call: Call, verb: str) -> Table:
    table = call.portal.table(call.path("object_type"))
    call.require(object_scope(table.kind, verb))
    if table.kind.name == "emails" and verb == "read":
        call.require("sales-email-read")
    return table


def _target(call: Call, table: Table) -> Record:
    """The live (or, if asked, archived) record that the path names.

    Raises:
        HubSpotFault: 404, or 400 for an `idProperty` that is not unique.
    """
    record_id, id_property = call.path("record_id"), call.query("idProperty")
    if id_property and id_property != "hs_object_id":
        if not table.is_unique(id_property):
            raise errors.validation(f"{id_property} is not a unique property of {table.kind.name}")
        record = table.owner_of(id_property, record_id)
    else:
        record = table.resolve(record_id)
    if record is None or record.archived != call.flag("archived"):
        raise errors.record_not_found(record_id)
    return record


def _projection(call: Call, table: Table) -> Projection:
    return Projection(table.kind, table.schema, call.names("properties"), call.names("propertiesWithHistory"))


def _read(call: Call) -> Reply:
    table = _table(call, _READ)
    record = _target(call, table)
    return Reply(_with_associations(call, record, _projection(call, table)))


def _list(call: Call) -> Reply:
    table = _table(call, _READ)
    maximum = MAX_PAGE_WITH_HISTORY if call.names("propertiesWithHistory") else MAX_PAGE
    limit = call.integer("limit", DEFAULT_PAGE, maximum)
    after = call.integer("after", 0)
    found = table.page(after, limit + 1, archived=call.flag("archived"))
    projection = _projection(call, table)
    results = [_with_associations(call, record, projection) for record in found[:limit]]
    return Reply(collection(results, found[limit].id if len(found) > limit else None))


def _with_associations(call: Call, record: Record, projection: Projection) -> dict[str, Any]:
    body = projection.of(record)
    names = call.names("associations")
    if names:
        body |= _associations_key(association_bodies(call.portal, record, names))
    return body


def _associations_key(bodies: dict[str, Any]) -> dict[str, Any]:
    return {"associations": bodies} if bodies else {}


def _create(call: Call) -> Reply:
    table = _table(call, _WRITE)
    body = call.body()
    record = call.portal.create(
        table.kind.name, properties_of(body), actor=call.actor, associations=links_of(table, body)
    )
    trace = body.get("objectWriteTraceId")
    return Reply(full_body(record, None if trace is None else str(trace)), 201)


def links_of(table: Table, body: dict[str, Any]) -> list[Link]:
    """The inline `associations` of a create; the target's type follows from the type ids.

    Raises:
        HubSpotFault: 400 for a missing target or a type id that no association from here has.
    """
    links: list[Link] = []
    for one in as_objects(body.get("associations"), "associations"):
        target, type_ids = id_of(one.get("to")), association_type_ids(one.get("types"))
        to_type = _type_reached(table.kind.name, type_ids)
        if to_type is None:
            raise errors.invalid_association([target])
        links.append(Link(to_type, target, tuple(type_ids)))
    return links


def _type_reached(from_type: str, type_ids: list[int]) -> str | None:
    for to_type in OBJECT_TYPES:
        pair = {from_type, to_type}
        activities = [name for name in pair if OBJECT_TYPES[name].activity]
        if len(pair) == 1 or len(activities) > 1:
            continue
        if type_ids and set(type_ids) <= set(association_types(from_type, to_type).ids):
            return to_type
    return None


def _update(call: Call) -> Reply:
    table = _table(call, _WRITE)
    record = _target(call, table)
    sent = properties_of(call.body())
    if not sent:
        raise errors.nothing_to_update()
    call.portal.update(table.kind.name, record.id, sent, actor=call.actor)
    return Reply(changed_body(record, sent))


def _archive(call: Call) -> Reply:
    table = _table(call, _WRITE)
    call.portal.archive(table.kind.name, call.path("record_id"), actor=call.actor)
    return NO_CONTENT


def _merge(call: Call) -> Reply:
    table, body = _table(call, _WRITE), call.body()
    primary, other = str(body.get("primaryObjectId", "")), str(body.get("objectIdToMerge", ""))
    return Reply(full_body(call.portal.merge(table.kind.name, primary, other, actor=call.actor)))


def _privacy_delete(call: Call) -> Reply:
    table, body = _table(call, _WRITE), call.body()
    if table.kind.name != "contacts":
        raise errors.validation("Only contacts can be deleted for privacy.")
    given = str(body.get("objectId") or "")
    if body.get("idProperty") != "email":
        call.portal.privacy_delete(given)
        return NO_CONTENT
    contact = call.portal.contact_by_email(given)
    if contact is None:
        call.portal.blocked_addresses.add(given.lower())
    else:
        call.portal.privacy_delete(contact.id)
    return NO_CONTENT


def _search(call: Call) -> Reply:
    table = _table(call, _READ)
    if len(call.raw_body.decode(errors="replace")) > MAX_BODY_CHARS:
        raise errors.validation(f"The request body may have at most {MAX_BODY_CHARS} characters.")
    body = call.body()
    found = run_search(table, call.portal.associations, body, call.portal.now())
    names = as_texts(body.get("properties"), "properties")
    projection = Projection(table.kind, table.schema, names)
    results = [projection.of_properties(record_id, properties) for record_id, properties in found.items]
    return Reply({"total": found.total, **collection(results, found.after)})


def _batch(call: Call) -> Reply:
    action = call.path("action")
    if action not in ("read", "create", "update", "upsert", "archive"):
        raise errors.page_not_found()
    table = _table(call, _READ if action == "read" else _WRITE)
    inputs = call.inputs(MAX_BATCH)
    if action == "read":
        return _batch_read(call, table)
    if action == "archive":
        for one in inputs:
            record = table.get(str(one.get("id", "")))
            if record is not None:
                call.portal.archive(table.kind.name, record.id, actor=call.actor)
        return NO_CONTENT
    if action == "create":
        outcome = create_batch(call.portal, table, inputs, call.actor, links_of)
    elif action == "update":
        outcome = update_batch(call.portal, table, inputs, call.actor)
    else:
        outcome = upsert_batch(call.portal, table, inputs, call.actor)
    return _batch_reply(call, outcome, 201 if action == "create" else 200)


def _batch_reply(call: Call, outcome: Outcome, success: int) -> Reply:
    body = batch_body(call.portal, outcome.results, outcome.faults)
    return Reply(body, 207 if outcome.faults else success)


def _batch_read(call: Call, table: Table) -> Reply:
    body = call.body()
    id_property = body.get("idProperty")
    if id_property and id_property != "hs_object_id" and not table.is_unique(str(id_property)):
        raise errors.validation(f"{id_property} is not a unique property of {table.kind.name}")
    archived = call.flag("archived")
    found: dict[str, Record] = {}
    missing: list[str] = []
    for one in call.inputs(MAX_BATCH):
        given = str(one.get("id", ""))
        if id_property and id_property != "hs_object_id":
            record = table.owner_of(str(id_property), given)
        else:
            record = table.resolve(given)
        if record is None or record.archived != archived:
            missing.append(given)
        else:
            found[record.id] = record
    history = as_texts(body.get("propertiesWithHistory"), "propertiesWithHistory")
    names = as_texts(body.get("properties"), "properties")
    projection = Projection(table.kind, table.schema, names, history)
    results = [projection.of(record) for record in found.values()]
    call.portal.shuffler.shuffle(results)
    faults = [errors.missing_records_entry(table.kind.singular, missing)] if missing else []
    return _batch_reply(call, Outcome(results, faults), 200)
