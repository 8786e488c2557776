"""``accord setup``: what both CRMs lack, shown, asked about, added. What is needed is ``connectors.declaration``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from cli import session
from cli.console import err, out, print_json, say, short, table
from cli.exits import Exit
from connectors import setup
from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.gateway import SalesforceGateway
from connectors.setup import SchemaItem

_SIDES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def command(*, check: bool, yes: bool, as_json: bool) -> Exit:
    """Show what is missing; unless ``check``, add it once a person has agreed."""
    hubspot, salesforce = session.gateways()
    with err.status("looking at both sides"):
        missing = setup.missing(hubspot, salesforce)
    if as_json:
        print_json({"missing": [asdict(item) for item in missing]})
    elif not missing:
        say("Both sides have everything that Accord needs.", style="green")
    else:
        show_items(missing)
    if not missing:
        return Exit.DONE
    if check:
        return Exit.NO
    if not yes:
        typer.confirm("Add this to both CRMs?", abort=True, err=True)
    install(hubspot, salesforce, missing)
    left = setup.missing(hubspot, salesforce)
    if left:
        say("Added, but both sides do not show it all yet:", style="yellow")
        show_items(left)
        return Exit.NO
    if not as_json:
        say(f"Added {len(missing)} things. Both sides have everything that Accord needs.", style="green")
    return Exit.DONE


def install(hubspot: HubSpotGateway, salesforce: SalesforceGateway, items: Sequence[SchemaItem]) -> None:
    """Add the items with a bar on standard error.

    Raises:
        ConfigError, ConnectorError: as ``connectors.setup.install``.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("adding", total=len(items))

        def tell(item: SchemaItem) -> None:
            bar.update(task, advance=1, description=f"adding to {_SIDES[item.side]}")

        setup.install(hubspot, salesforce, items, progress=tell)


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
    return f"{item.name}: {item.detail}" if item.kind == "conflict" else item.name
