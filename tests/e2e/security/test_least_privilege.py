"""The scopes and permissions that Accord asks for are enough, each is needed, and the check names what is missing."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors import permissions, setup
from connectors.errors import ConnectorError, MissingPermission
from connectors.permissions import HUBSPOT_SCOPES, SALESFORCE_OBJECTS
from sandbox.launch import Sandbox, start_sandbox
from tests.e2e.cli_world import Shell
from tests.e2e.laws.conftest import database_url, make_world, migrated
from tests.e2e.laws.world import World

__all__ = ["database_url", "make_world", "migrated"]
README = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
ALWAYS = [scope.name for scope in HUBSPOT_SCOPES if scope.when == "always"]
FOR_SETUP = [scope.name for scope in HUBSPOT_SCOPES if scope.when == "setup"]
VERBS = {"Read": "read", "Create": "create", "Edit": "edit", "View All": "view_all"}


def told_in_readme() -> set[str]:
    """The scopes of step 2, "the same four for companies" written out."""
    step = README.split("2. **HubSpot**")[1].split("3. **Salesforce**")[0]
    named = set(re.findall(r"`((?:crm|sales|communication)[\w.-]+)`", step))
    return named | {name.replace("contacts", "companies") for name in named if "contacts" in name}


@pytest.fixture
def least(make_world: Callable[..., World]) -> World:
    """A world whose app has exactly the README's scopes."""
    world = make_world(install=False)
    world.portal.access.scopes = told_in_readme()
    return world


def everything_happens(world: World) -> None:
    """People on both sides, an activity each way, an opt-out, a company; then passes."""
    contact_id = world.asks_for_demo()
    world.portal.create(
        "companies", {"name": "Nordwerk AG", "domain": "nordwerk.example"}, actor=world.marketer
    )
    account = {"Name": "Nordwerk AG", "Website": "https://nordwerk.example"}
    world.org.create("Account", account, user_id=world.rep.user_id)
    world.settle()
    lead_id = str(world.lead_of(contact_id))
    call = {"Subject": "Call", "TaskSubtype": "Call", "WhoId": lead_id, "Status": "Completed"}
    world.org.create("Task", {**call, "OwnerId": world.rep.user_id}, user_id=world.rep.user_id)
    mail = {
        "hs_timestamp": "2026-10-05T08:30:00Z",
        "hs_email_subject": "Hello",
        "hs_email_direction": "EMAIL",
    }
    world.portal.create("emails", mail, actor=world.marketer, associations=[("contacts", contact_id)])
    world.edit("Lead", lead_id, HasOptedOutOfEmail=True)
    world.settle()


def test_the_readme_names_exactly_what_is_checked() -> None:
    assert told_in_readme() == {*ALWAYS, *FOR_SETUP}
    step = " ".join(README.split("3. **Salesforce**")[1].split("4. ")[0].split())
    for name in SALESFORCE_OBJECTS:
        assert name in step


def test_a_whole_business_runs_with_exactly_these_scopes(least: World) -> None:
    context = least.bench.open("setup")
    setup.install(context.hubspot, context.salesforce)
    everything_happens(least)
    contact = least.contacts()[0]
    assert contact["hs_email_optout"] == "true"
    assert len(list(least.portal.records("calls"))) == 1
    # And nothing is told to be missing or too much.
    assert permissions.check(context.hubspot, context.salesforce) == []
    least.portal.access.scopes -= set(FOR_SETUP)
    least.run()
    assert least.holds() == []


@pytest.mark.parametrize("scope", FOR_SETUP)
def test_setup_without_a_scope_fails_with_its_name(least: World, scope: str) -> None:
    least.portal.access.scopes.discard(scope)
    context = least.bench.open("setup")
    with pytest.raises(MissingPermission, match=re.escape(scope)):
        setup.install(context.hubspot, context.salesforce)


@pytest.mark.long
def test_a_pass_without_any_one_scope_fails_with_its_name(least: World) -> None:
    fails_by_name(least, ALWAYS)


def test_a_pass_without_a_scope_fails_with_its_name(least: World) -> None:
    fails_by_name(least, ["crm.objects.contacts.write", "communication_preferences.read_write"])


def fails_by_name(least: World, scopes: list[str]) -> None:
    """Take each scope away in turn, give every scope something to do, and let a pass run."""
    context = least.bench.open("setup")
    setup.install(context.hubspot, context.salesforce)
    everything_happens(least)
    (lead,), (account,) = least.leads(), least.org.rows("Account")
    for number, scope in enumerate(scopes):
        least.portal.access.scopes.discard(scope)
        # Work for every scope: values to write on either side, somebody to unsubscribe.
        least.later(hours=2)
        least.contact(f"n{number}@nordwerk.example", lastname=f"N {number}")
        if scope == "crm.objects.companies.write":
            least.edit("Account", account["Id"], Phone="+49 30 5550001")
        least.edit("Lead", lead["Id"], City=f"Town {number}")
        least.lead(f"n{number}@nordwerk.example", LastName=f"N {number}", HasOptedOutOfEmail=True)
        said = ""
        try:
            with least.open_bench() as bench:
                least.bench, before = bench, least.bench
                least.run()
        except ConnectorError as error:
            said = str(error)
        finally:
            least.bench = before
        said += " ".join(f"{row.why} {row.remedy}" for row in least.holds())
        least.portal.access.scopes.add(scope)
        assert scope.removesuffix("read_write") in said, (scope, said)
        least.settle()


@pytest.fixture(scope="module")
def both() -> Iterator[Sandbox]:
    with start_sandbox(seed=3, people=0, scenario="empty", search_lag_s=0.0) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shell(both: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    shell = Shell(both, tmp_path_factory.mktemp("least") / "accord.db")
    both.portal.access.scopes = told_in_readme()
    assert shell.accord("setup", "--yes").exit_code == 0
    return shell


def findings(shell: Shell) -> dict[str, tuple[str, str]]:
    """Name of each permission that is told, with its state and the consequence; and the exit code as ``exit``."""
    result = shell.accord("setup", "--check", "--json")
    told = json.loads(result.stdout)["permissions"]
    found = {one["name"]: (one["state"], one["consequence"]) for one in told}
    return {**found, "exit": (str(result.exit_code), "")}


def test_the_check_is_silent_about_what_is_right(shell: Shell) -> None:
    assert findings(shell) == {"exit": ("0", "")}


def test_the_check_names_each_missing_scope(least: World) -> None:
    context = least.bench.open("look")
    for scope in HUBSPOT_SCOPES:
        least.portal.access.scopes.discard(scope.name)
        found = permissions.check(context.hubspot, context.salesforce)
        wanted = scope.when != "events"
        assert [(one.name, one.state, one.consequence) for one in found] == [
            (scope.name, "missing", scope.without)
        ] * wanted
        least.portal.access.scopes |= {scope.name} if wanted else set()


@pytest.mark.parametrize("scope", ["crm.schemas.contacts.read", "crm.objects.owners.read"])
def test_without_a_scope_the_check_ends_with_1(shell: Shell, both: Sandbox, scope: str) -> None:
    both.portal.access.scopes.discard(scope)
    found = findings(shell)
    both.portal.access.scopes.add(scope)
    assert found[scope][0] == "missing"
    assert found["exit"][0] == "1"


def test_the_check_warns_of_scopes_beyond_need(shell: Shell, both: Sandbox) -> None:
    both.portal.access.scopes |= {"crm.objects.deals.read", "forms"}
    try:
        found = findings(shell)
        shown = shell.accord("setup", "--check").stdout
    finally:
        both.portal.access.scopes -= {"crm.objects.deals.read", "forms"}
    assert found["crm.objects.deals.read"] == ("beyond need", "Accord never uses it")
    assert found["forms"][0] == "beyond need"
    assert found["exit"][0] == "0"
    assert "crm.objects.deals.read" in shown


WANTED = [(name, verb) for name, verbs in SALESFORCE_OBJECTS.items() for verb in verbs]


def test_the_check_names_each_missing_permission(least: World) -> None:
    for name, verb in WANTED:
        least.org.forbid(name, VERBS[verb])
        context = least.open_bench().open("look")
        (found,) = (
            one
            for one in permissions.check(context.hubspot, context.salesforce)
            if one.name == f"{verb} on {name}"
        )
        assert found.state == "missing"
        assert name in found.consequence
        least.org.permit(name, VERBS[verb])


def test_without_a_permission_the_check_ends_with_1(shell: Shell, both: Sandbox) -> None:
    both.org.forbid("Account", "read")
    found = findings(shell)
    both.org.permit("Account", "read")
    assert found["Read on Account"][0] == "missing"
    assert found["exit"][0] == "1"


def test_the_check_warns_of_permissions_beyond_need(shell: Shell, both: Sandbox) -> None:
    both.org.permit("Lead", "modify_all")
    assert findings(shell)["Modify All on Lead"][0] == "beyond need"
    both.org.forbid("Lead", "modify_all")


def test_without_read_the_pass_names_the_object(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.org.forbid("Opportunity", "read")
    with pytest.raises(MissingPermission, match="Read on Opportunity"):
        world.run()


@pytest.mark.parametrize("verb", ["create", "edit"])
def test_without_create_or_edit_the_record_is_held_with_the_remedy(
    make_world: Callable[..., World], verb: str
) -> None:
    world = make_world()
    contact_id = world.asks_for_demo()
    if verb == "edit":
        world.settle()
        world.edit_contact(contact_id, city="Kiel")
    world.org.forbid("Lead", verb)
    world.run()
    assert any("accord setup --check" in row.remedy for row in world.holds())
    world.org.permit("Lead", verb)
    world.later(hours=25)
    world.settle()
    assert world.lead_of(contact_id)
    assert world.holds() == []


def test_a_field_hidden_by_field_level_security_stops_the_pass_by_name(
    make_world: Callable[..., World],
) -> None:
    world = make_world()
    world.org.hide_field("Lead", "Industry", user_id=world.org.integration_user_id)
    with pytest.raises(Exception, match=r"Lead\.Industry"):
        world.run()
