"""Associations v4 through the client and raw."""

import pytest
from hubspot.crm.associations.v4.exceptions import ApiException


@pytest.fixture
def graph(portal, app_actor):
    contact = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)
    companies = [portal.create("companies", {"name": name}, actor=app_actor) for name in ("One", "Two")]
    return contact, companies


def spec(type_id):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]


def test_primary_company_moves_and_shows_on_the_contact(server, portal, graph):
    contact, (first, second) = graph
    api = server.client().crm.associations.v4.basic_api

    api.create("contacts", contact.id, "companies", first.id, spec(279))
    assert "associatedcompanyid" not in contact.properties
    made = api.create("contacts", contact.id, "companies", first.id, spec(1))
    assert (made.to_object_id, made.labels) == (first.id, ["Primary"])
    assert contact.properties["associatedcompanyid"] == first.id
    api.create("companies", second.id, "contacts", contact.id, spec(2))

    assert contact.properties["associatedcompanyid"] == second.id
    page = api.get_page("contacts", contact.id, "companies")
    types = {row.to_object_id: {one.type_id for one in row.association_types} for row in page.results}
    assert types == {first.id: {279}, second.id: {1, 279}}


def test_default_association_is_idempotent_and_keeps_a_primary_mark(server, portal, graph):
    contact, (company, _) = graph
    portal.associate("contacts", contact.id, "companies", company.id)
    api = server.client().crm.associations.v4.basic_api

    answer = api.create_default("contacts", contact.id, "companies", company.id)

    assert {one.association_spec.association_type_id for one in answer.results} == {279, 280}
    assert contact.properties["associatedcompanyid"] == company.id


def test_target_ids_are_numbers_on_the_wire(server, portal, graph):
    contact, (company, _) = graph
    portal.associate("contacts", contact.id, "companies", company.id)

    answer = server.call("GET", f"/crm/v4/objects/contacts/{contact.id}/associations/companies").json()
    none = server.call("GET", f"/crm/v4/objects/contacts/{contact.id}/associations/deals")

    assert answer["results"][0]["toObjectId"] == int(company.id)
    assert (none.status_code, none.json()["results"]) == (200, [])


def test_a_record_without_associations_makes_the_batch_a_207(server, portal, graph):
    contact, (company, lonely) = graph
    portal.associate("contacts", contact.id, "companies", company.id)

    answer = server.call(
        "POST",
        "/crm/v4/associations/companies/contacts/batch/read",
        {"inputs": [{"id": company.id}, {"id": lonely.id}]},
    )

    body = answer.json()
    assert answer.status_code == 207
    assert body["results"][0]["to"][0]["toObjectId"] == int(contact.id)
    (fault,) = body["errors"]
    assert fault["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert fault["message"] == f"No contact is associated with company {lonely.id}."
    assert fault["context"]["fromObjectId"] == [lonely.id]


def test_batch_create_reports_bad_ids_and_makes_the_rest(server, portal, graph):
    contact, (company, _) = graph
    pair = {"from": {"id": contact.id}, "to": {"id": company.id}, "types": spec(279)}

    answer = server.client().crm.associations.v4.batch_api.create(
        "contacts", "companies", {"inputs": [pair, {**pair, "to": {"id": "77"}}]}
    )

    assert answer.num_errors == 1
    assert answer.errors[0].sub_category == "crm.associations.INVALID_IDENTIFIER"
    assert portal.associated("contacts", contact.id, "companies") == [company.id]


def test_wrong_direction_is_refused(server, graph):
    contact, (company, _) = graph

    with pytest.raises(ApiException) as caught:
        server.client().crm.associations.v4.basic_api.create(
            "contacts", contact.id, "companies", company.id, spec(280)
        )

    assert caught.value.status == 400


def test_removing_and_unlabelling(server, portal, graph):
    contact, (first, second) = graph
    portal.associate("contacts", contact.id, "companies", first.id)
    portal.associate("contacts", contact.id, "companies", second.id)
    api = server.client().crm.associations.v4.batch_api

    api.archive_labels(
        "contacts",
        "companies",
        {"inputs": [{"from": {"id": contact.id}, "to": {"id": first.id}, "types": spec(1)}]},
    )
    assert "associatedcompanyid" not in contact.properties
    assert portal.associated("contacts", contact.id, "companies") == [first.id, second.id]
    api.archive("contacts", "companies", {"inputs": [{"from": {"id": contact.id}, "to": [{"id": first.id}]}]})
    assert portal.associated("contacts", contact.id, "companies") == [second.id]


def test_archived_records_leave_reads_and_come_back_with_their_associations(portal, graph, app_actor):
    contact, (company, _) = graph
    portal.associate("contacts", contact.id, "companies", company.id)
    portal.archive("companies", company.id, actor=app_actor)
    assert portal.associated("contacts", contact.id, "companies") == []

    portal.restore("companies", company.id, actor=app_actor)

    assert portal.associated("contacts", contact.id, "companies") == [company.id]


def test_logging_a_call_moves_the_contact_as_hubspot_does(server, portal, graph, app_actor):
    contact, _ = graph
    before = contact.properties["lastmodifieddate"]
    server.clock.advance(60)

    portal.create(
        "calls",
        {"hs_timestamp": "2026-03-02T09:00:30Z"},
        actor=app_actor,
        associations=[("contacts", contact.id)],
    )
    portal.create(
        "tasks",
        {"hs_timestamp": "2026-03-05T08:00:00Z"},
        actor=app_actor,
        associations=[("contacts", contact.id)],
    )

    assert contact.properties["notes_last_contacted"] == "2026-03-02T09:00:30Z"
    assert contact.properties["notes_next_activity_date"] == "2026-03-05T08:00:00Z"
    assert (contact.properties["num_notes"], contact.properties["num_contacted_notes"]) == ("2", "1")
    assert contact.properties["lastmodifieddate"] > before
    assert contact.history["num_notes"][0].source_type == "CALCULATED"


def test_a_parent_company_shows_in_a_property_that_nobody_can_write(server, portal, graph, app_actor):
    _, (child, parent) = graph
    third = portal.create("companies", {"name": "Three"}, actor=app_actor)
    path = "/crm/v4/associations/companies/companies/batch"

    def ends(one, two):
        return {"inputs": [{"from": {"id": one.id}, "to": {"id": two.id}, "types": spec(14)}]}

    direct = {"properties": {"hs_parent_company_id": parent.id}}
    assert server.call("PATCH", f"/crm/v3/objects/companies/{child.id}", direct).status_code == 400
    assert server.call("POST", f"{path}/create", ends(child, parent)).status_code == 201
    assert child.properties["hs_parent_company_id"] == parent.id
    down = server.call("GET", f"/crm/v4/objects/companies/{parent.id}/associations/companies").json()
    assert {one["typeId"] for one in down["results"][0]["associationTypes"]} == {450, 13}

    assert server.call("POST", f"{path}/create", ends(child, third)).status_code == 207, "one parent only"
    assert server.call("POST", f"{path}/labels/archive", ends(child, parent)).status_code == 204
    assert "hs_parent_company_id" not in child.properties
    assert portal.associated("companies", child.id, "companies") == [parent.id]


def test_a_parent_that_is_merged_or_binned_leaves_its_children(portal, graph, app_actor):
    _, (child, parent) = graph
    other = portal.create("companies", {"name": "Three"}, actor=app_actor)
    portal.hierarchy.put_under(child.id, parent.id, portal.now())

    kept = portal.merge("companies", other.id, parent.id, actor=app_actor)
    assert child.properties["hs_parent_company_id"] == kept.id
    portal.archive("companies", kept.id, actor=app_actor)
    assert "hs_parent_company_id" not in child.properties
    portal.restore("companies", kept.id, actor=app_actor)
    assert child.properties["hs_parent_company_id"] == kept.id
