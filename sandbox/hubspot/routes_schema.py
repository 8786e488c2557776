"""`/crm/v3/properties/{type}`, its groups and batches, and `/crm/v3/pipelines/deals` (read only)."""

from typing import Any

from starlette.routing import Route

from sandbox.hubspot import errors
from sandbox.hubspot.access import schema_scope
from sandbox.hubspot.errors import HubSpotFault
from sandbox.hubspot.http import MAX_PAGE, NO_CONTENT, Call, Reply, batch_body, collection, route
from sandbox.hubspot.payload import as_integer
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.schema import Group, PropertyDefinition
from sandbox.hubspot.standard_objects import DEAL_PIPELINE, DEAL_STAGES
from sandbox.hubspot.tables import Table
from sandbox.hubspot.values import iso

Body = dict[str, Any]
_PIPELINE_MOMENT = "2024-01-15T09:00:00Z"
_STAGE_PROBABILITY = {
    "appointmentscheduled": "0.2",
    "qualifiedtobuy": "0.4",
    "presentationscheduled": "0.6",
    "decisionmakerboughtin": "0.8",
    "contractsent": "0.9",
    "closedwon": "1.0",
    "closedlost": "0.0",
}


def schema_routes(portal: Portal) -> list[Route]:
    base = "/crm/v3/properties/{object_type}"
    return [
        route(portal, base, GET=_list, POST=_create),
        route(portal, f"{base}/groups", GET=_groups, POST=_create_group),
        route(portal, f"{base}/groups/{{name}}", GET=_group, PATCH=_patch_group, DELETE=_archive_group),
        route(portal, f"{base}/batch/{{action}}", POST=_batch),
        route(portal, f"{base}/{{name}}", GET=_read, PATCH=_patch, DELETE=_archive),
        route(portal, "/crm/v3/pipelines/deals", GET=_pipelines),
        route(portal, "/crm/v3/pipelines/deals/{pipeline_id}", GET=_pipeline),
        route(portal, "/crm/v3/pipelines/deals/{pipeline_id}/stages", GET=_stages),
    ]


def property_body(definition: PropertyDefinition) -> Body:
    """One definition as the API shows it."""
    body: Body = {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group,
        "options": [option.wire() for option in definition.options],
        "displayOrder": definition.display_order,
        "calculated": definition.calculated,
        "externalOptions": definition.external_options,
        "hasUniqueValue": definition.has_unique_value,
        "hidden": definition.hidden,
        "hubspotDefined": definition.hubspot_defined,
        "formField": definition.form_field,
        "archived": definition.archived,
        "dataSensitivity": "non_sensitive",
        "modificationMetadata": {
            "archivable": not definition.hubspot_defined,
            "readOnlyDefinition": definition.hubspot_defined,
            "readOnlyValue": definition.read_only,
        },
    }
    if definition.name == "hubspot_owner_id":
        body["referencedObjectType"] = "OWNER"
    if definition.created_at is not None and definition.updated_at is not None:
        body["createdAt"] = iso(definition.created_at)
        body["updatedAt"] = iso(definition.updated_at)
    return body


def _table(call: Call, verb: str) -> Table:
    table = call.portal.table(call.path("object_type"))
    call.require(schema_scope(table.kind, verb))
    return table


def _list(call: Call) -> Reply:
    schema = _table(call, "read").schema
    found = schema.archived() if call.flag("archived") else schema.live()
    return Reply(collection([property_body(one) for one in found]))


def _create(call: Call) -> Reply:
    table = _table(call, "write")
    body = call.body()
    call.portal.add_property(table.kind.name, body)
    return Reply(property_body(table.schema.require(str(body["name"]))), 201)


def _read(call: Call) -> Reply:
    return Reply(property_body(_table(call, "read").schema.require(call.path("name"))))


def _patch(call: Call) -> Reply:
    table = _table(call, "write")
    return Reply(property_body(table.schema.patch(call.path("name"), call.body(), call.portal.now())))


def _archive(call: Call) -> Reply:
    _table(call, "write").schema.archive(call.path("name"))
    return NO_CONTENT


def _batch(call: Call) -> Reply:
    action = call.path("action")
    if action not in ("read", "create", "archive"):
        raise errors.page_not_found()
    table = _table(call, "read" if action == "read" else "write")
    results: list[Body] = []
    faults: list[Body] = []
    for one in call.inputs(MAX_PAGE):
        name = str(one.get("name") or "")
        try:
            if action == "create":
                call.portal.add_property(table.kind.name, one)
            if action == "archive":
                table.schema.archive(name)
            else:
                results.append(property_body(table.schema.require(name)))
        except HubSpotFault as fault:
            faults.append(fault.batch_entry(name=[name]))
    if action == "archive":
        return NO_CONTENT
    success = 201 if action == "create" else 200
    return Reply(batch_body(call.portal, results, faults), 207 if faults else success)


def _group_body(group: Group) -> Body:
    return {
        "name": group.name,
        "label": group.label,
        "displayOrder": group.display_order,
        "archived": group.archived,
    }


def _groups(call: Call) -> Reply:
    groups = _table(call, "read").schema.groups.values()
    return Reply(collection([_group_body(group) for group in groups if not group.archived]))


def _create_group(call: Call) -> Reply:
    return Reply(_group_body(_table(call, "write").schema.add_group(call.body())), 201)


def _group(call: Call) -> Reply:
    return Reply(_group_body(_table(call, "read").schema.require_group(call.path("name"))))


def _patch_group(call: Call) -> Reply:
    group = _table(call, "write").schema.require_group(call.path("name"))
    body = call.body()
    group.label = str(body.get("label") or group.label)
    group.display_order = as_integer(body.get("displayOrder", group.display_order), "displayOrder")
    return Reply(_group_body(group))


def _archive_group(call: Call) -> Reply:
    _table(call, "write").schema.archive_group(call.path("name"))
    return NO_CONTENT


def _stage_bodies() -> list[Body]:
    return [
        {
            "id": stage.value,
            "label": stage.label,
            "displayOrder": stage.display_order,
            "metadata": {
                "isClosed": "true" if stage.value.startswith("closed") else "false",
                "probability": _STAGE_PROBABILITY[stage.value],
            },
            "createdAt": _PIPELINE_MOMENT,
            "updatedAt": _PIPELINE_MOMENT,
            "archived": False,
        }
        for stage in DEAL_STAGES
    ]


def _pipeline_body() -> Body:
    return {
        "id": DEAL_PIPELINE,
        "label": "Sales Pipeline",
        "displayOrder": 0,
        "stages": _stage_bodies(),
        "createdAt": _PIPELINE_MOMENT,
        "updatedAt": _PIPELINE_MOMENT,
        "archived": False,
    }


def _pipelines(call: Call) -> Reply:
    call.require("crm.objects.deals.read")
    return Reply(collection([_pipeline_body()]))


def _pipeline(call: Call) -> Reply:
    call.require("crm.objects.deals.read")
    _require_pipeline(call)
    return Reply(_pipeline_body())


def _stages(call: Call) -> Reply:
    call.require("crm.objects.deals.read")
    _require_pipeline(call)
    return Reply(collection(_stage_bodies()))


def _require_pipeline(call: Call) -> None:
    if call.path("pipeline_id") != DEAL_PIPELINE:
        raise errors.not_found(f"Pipeline {call.path('pipeline_id')} does not exist.")
