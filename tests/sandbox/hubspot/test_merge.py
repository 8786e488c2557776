"""Merging: a new id that both old ones lead to, and the account that keeps the primary's."""

import pytest


@pytest.fixture
def pair(portal, app_actor):
    primary = portal.create(
        "contacts", {"email": "a@x.com", "firstname": "Ada", "lifecyclestage": "lead"}, actor=app_actor
    )
    other = portal.create(
        "contacts",
        {"email": "ada@y.com", "firstname": "A.", "phone": "123", "lifecyclestage": "opportunity"},
        actor=app_actor,
    )
    return primary, other


def test_the_result_has_a_new_id_and_the_values_of_both(server, portal, pair):
    primary, other = pair

    merged = server.client().crm.contacts.basic_api.merge(
        {"primaryObjectId": primary.id, "objectIdToMerge": other.id}
    )

    assert merged.id not in (primary.id, other.id)
    assert merged.properties["email"] == "a@x.com"
    assert merged.properties["hs_additional_emails"] == "ada@y.com"
    assert merged.properties["firstname"] == "Ada"
    assert merged.properties["phone"] == "123"
    assert merged.properties["lifecyclestage"] == "opportunity"
    assert merged.properties["hs_merged_object_ids"] == f"{primary.id};{other.id}"
    assert merged.properties["hs_all_contact_vids"].split(";") == [primary.id, other.id, merged.id]
    assert portal.record("contacts", merged.id).history["phone"][0].source_type == "MERGE_OBJECTS"


def test_old_ids_lead_to_the_result_but_batch_update_forgets_them(server, portal, pair, app_actor):
    primary, other = pair
    merged = portal.merge("contacts", primary.id, other.id, actor=app_actor)
    server.settle()
    client = server.client()

    assert client.crm.contacts.basic_api.get_by_id(other.id).id == merged.id
    assert (
        client.crm.contacts.basic_api.update(primary.id, {"properties": {"jobtitle": "VP"}}).id == merged.id
    )
    updated = server.call(
        "POST",
        "/crm/v3/objects/contacts/batch/update",
        {"inputs": [{"id": other.id, "properties": {"jobtitle": "CEO"}}]},
    )
    assert (updated.status_code, updated.json()["results"]) == (200, [])
    assert merged.properties["jobtitle"] == "VP"
    read = server.call("POST", "/crm/v3/objects/contacts/batch/read", {"inputs": [{"id": other.id}]})
    assert [row["id"] for row in read.json()["results"]] == [merged.id]
    listed = server.call("GET", "/crm/v3/objects/contacts").json()["results"]
    binned = server.call("GET", "/crm/v3/objects/contacts", query={"archived": "true"}).json()["results"]
    server.settle()
    searched = server.call("POST", "/crm/v3/objects/contacts/search", {}).json()["results"]
    assert [row["id"] for row in listed] == [row["id"] for row in searched] == [merged.id]
    assert binned == []


def test_both_addresses_stay_taken_and_find_the_result(server, portal, pair, app_actor):
    merged = portal.merge("contacts", pair[0].id, pair[1].id, actor=app_actor)

    assert portal.contact_by_email("ADA@y.com") is merged
    answer = server.call("POST", "/crm/v3/objects/contacts", {"properties": {"email": "ada@y.com"}})
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {merged.id}"


def test_an_account_may_keep_the_primary_id(server, portal, pair, app_actor):
    portal.merge_keeps_primary_id = True

    merged = portal.merge("contacts", pair[0].id, pair[1].id, actor=app_actor)

    assert merged.id == pair[0].id
    assert merged.properties["hs_merged_object_ids"] == pair[1].id
    server.settle()
    assert server.call("POST", "/crm/v3/objects/contacts/search", {}).json()["total"] == 1


def test_associations_lists_and_events_move_to_the_result(portal, pair, app_actor):
    primary, other = pair
    first = portal.create("companies", {"name": "One"}, actor=app_actor)
    second = portal.create("companies", {"name": "Two"}, actor=app_actor)
    portal.associate("contacts", primary.id, "companies", first.id)
    portal.associate("contacts", other.id, "companies", second.id)
    members = portal.add_list("All")
    portal.lists.change(members.id, add=[other.id], now=portal.now())
    portal.visit_page(other.id, "https://m.example/pricing")

    merged = portal.merge("contacts", primary.id, other.id, actor=app_actor)

    assert portal.associated("contacts", merged.id, "companies") == [first.id, second.id]
    assert merged.properties["associatedcompanyid"] == first.id
    assert portal.associated("companies", second.id, "contacts") == [merged.id]
    assert list(members.members) == [merged.id]
    assert [view.url for view in portal.engagement.page_views[merged.id]] == ["https://m.example/pricing"]


def test_merging_a_merged_record_again_keeps_every_old_id_alive(portal, pair, app_actor):
    third = portal.create("contacts", {"email": "c@x.com"}, actor=app_actor)
    first = portal.merge("contacts", pair[0].id, pair[1].id, actor=app_actor)

    second = portal.merge("contacts", third.id, first.id, actor=app_actor)

    assert {portal.record("contacts", one).id for one in (pair[0].id, pair[1].id, first.id, third.id)} == {
        second.id
    }
    assert set(second.properties["hs_merged_object_ids"].split(";")) == {
        pair[0].id,
        pair[1].id,
        first.id,
        third.id,
    }


@pytest.mark.parametrize("kind", ["calls", "notes"])
def test_activities_cannot_be_merged(server, kind):
    answer = server.call(
        "POST", f"/crm/v3/objects/{kind}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}
    )

    assert answer.status_code == 400


def test_two_hundred_and_fifty_identities_are_the_end(server, portal, app_actor):
    first = portal.create("contacts", {"email": "a@x.com"}, actor=app_actor)
    crowd = ";".join(f"p{n}@x.com" for n in range(250))
    portal.compute(first, {"hs_additional_emails": crowd}, app_actor, portal.now())
    second = portal.create("contacts", {"email": "b@x.com"}, actor=app_actor)

    answer = server.call(
        "POST",
        "/crm/v3/objects/contacts/merge",
        {"primaryObjectId": first.id, "objectIdToMerge": second.id},
    )

    assert answer.status_code == 414
    assert portal.record("contacts", second.id).id == second.id


def test_companies_keep_the_other_domain(server, portal, app_actor):
    primary = portal.create("companies", {"name": "One", "domain": "one.example"}, actor=app_actor)
    other = portal.create("companies", {"name": "Two", "domain": "two.example"}, actor=app_actor)

    merged = server.client().crm.companies.basic_api.get_by_id(
        portal.merge("companies", primary.id, other.id, actor=app_actor).id,
        properties=["hs_additional_domains"],
    )

    assert merged.properties["hs_additional_domains"] == "two.example"
