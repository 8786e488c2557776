"""``accord setup``: what both CRMs lack, shown, asked about, added. What is needed is ``connectors.declaration``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli import session
from cli.console import err, heading, out, print_json, say, short, table
from cli.exits import Exit
from connectors import permissions, setup
from connectors.hubspot.gateway import HubSpotGateway
from connectors.permissions import Finding
from connectors.salesforce.gateway import SalesforceGateway
from connectors.setup import SchemaItem
from dagster_project.settings import load_settings
from dagster_project.workbench import read_contracts
from sla_rules.sla import SlaContract

_EXPLAINED = ("conflict", "rule change", "rule to remove")
_SIDES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def command(*, check: bool, yes: bool, as_json: bool) -> Exit:
    """Show what is missing; unless ``check``, add it once a person has agreed."""
    settings = load_settings()
    sla = read_contracts(settings.model_copy(update={"mapping": None, "definition": None})).sla
    hubspot, salesforce = session.gateways(settings)
    with err.status("looking at both sides"):
        events = settings.engagement == "events"
        allowed = permissions.check(hubspot, salesforce, events=events)
        lacking = permissions.missing(allowed)
        # Without the right to look, looking for what is to be added fails with less to say.
        unseen = any(permissions.blinds(one) for one in lacking)
        if unseen and not check and (refused := permissions.refusal(lacking)):
            raise refused
        missing = [] if unseen else setup.missing(hubspot, salesforce, sla)
    if not missing and not unseen:
        allowed = [one for one in allowed if one.name not in permissions.FOR_SETUP]
        lacking = permissions.missing(allowed)
    if not check and missing and (refused := permissions.refusal(lacking)):
        raise refused
    if as_json:
        print_json(
            {"missing": [asdict(item) for item in missing], "permissions": [asdict(one) for one in allowed]}
        )
    else:
        _show(missing, allowed if check else lacking, unseen=unseen)
    if check or not missing:
        return Exit.NO if missing or lacking else Exit.DONE
    if not yes:
        typer.confirm("Add this to both CRMs?", abort=True, err=True)
    install(hubspot, salesforce, missing, sla)
    left = setup.missing(hubspot, salesforce, sla)
    if left:
        say("Added, but both sides do not show it all yet:", style="yellow")
        show_items(left)
        return Exit.NO
    if not as_json:
        say(f"Added {len(missing)} things. Both sides have everything that Accord needs.", style="green")
    return Exit.DONE


def _show(missing: Sequence[SchemaItem], found: Sequence[Finding], *, unseen: bool) -> None:
    if missing:
        show_items(missing)
    elif not unseen:
        say("Both sides have everything that Accord needs.", style="green")
    if found:
        heading("Permissions")
        rows = [(_SIDES[one.side], one.name, one.state, one.consequence) for one in found]
        out.print(table(("Side", "Permission", "Is", "So"), rows))


def install(
    hubspot: HubSpotGateway,
    salesforce: SalesforceGateway,
    items: Sequence[SchemaItem],
    sla: SlaContract | None = None,
) -> None:
    """Add the items with a bar on standard error.

    Raises:
        ConfigError, ConnectorError: as ``connectors.setup.install``.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("adding", total=len(items))

        def tell(item: SchemaItem) -> None:
            bar.update(task, advance=1, description=f"adding to {_SIDES[item.side]}")

        setup.install(hubspot, salesforce, items, sla=sla, progress=tell)


def show_items(items: Sequence[SchemaItem], *, width: int | None = None) -> None:
    """The items, one line for each kind of thing; objects that lack the same things share a line.

    Args:
        width: characters of names at most in each line; None shows all.
    """
    found: dict[tuple[str, str, str], dict[str, list[SchemaItem]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        access = item.detail if item.kind == "field access" else ""
        found[(_SIDES[item.side], item.kind, access)][item.object_type].append(item)
    rows = []
    for (side, kind, access), by_object in found.items():
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for object_type, group in by_object.items():
            alike[tuple(dict.fromkeys(_name(item) for item in group))].append(object_type)
        for names, objects in alike.items():
            number = sum(len(by_object[one]) for one in objects)
            which = f"{access} ({len(names)} field{'s'[: len(names) > 1]})" if access else ", ".join(names)
            rows.append((side, ", ".join(objects), kind, number, short(which, width) if width else which))
    out.print(table(("Side", "Object", "What", "How many", "Which"), rows, right=(3,)))


def _name(item: SchemaItem) -> str:
    return f"{item.name}: {item.detail}" if item.kind in _EXPLAINED else item.name
