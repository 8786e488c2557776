"""What Accord must be allowed to do on both sides, whether it is, and what stops working where it is not.

The declaration and its check; ``accord setup --check`` shows it. Fields that Accord installs are ``setup.py``'s work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.errors import MissingPermission, PermanentError
from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce import access
from connectors.salesforce.gateway import SalesforceGateway
from sync_rules.records import Side

When = Literal["always", "setup", "events"]
State = Literal["missing", "beyond need", "not told"]


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope of the HubSpot app.

    Attributes:
        without: what stops working.
        when: always needed, by ``accord setup`` only, or with the setting ``ACCORD_ENGAGEMENT=events`` only.
    """

    name: str
    without: str
    when: When = "always"


HUBSPOT_SCOPES = (
    Scope("crm.objects.contacts.read", "nothing works: people and activities cannot be read"),
    Scope(
        "crm.objects.contacts.write",
        "contacts, calls, meetings and tasks are not written; no feedback arrives",
    ),
    Scope(
        "crm.schemas.contacts.read", "nothing works: the properties of contacts and activities cannot be read"
    ),
    Scope(
        "crm.schemas.contacts.write", "accord setup cannot add properties to contacts and activities", "setup"
    ),
    Scope("crm.objects.companies.read", "passes end when they read companies"),
    Scope("crm.objects.companies.write", "companies are not written"),
    Scope("crm.schemas.companies.read", "passes end when they read the properties of companies"),
    Scope("crm.schemas.companies.write", "accord setup cannot add the property of companies", "setup"),
    Scope("crm.lists.read", "accord setup cannot see whether its lists are there", "setup"),
    Scope("crm.lists.write", "accord setup cannot add its lists", "setup"),
    Scope("crm.objects.owners.read", "passes end when they read the owners"),
    Scope("sales-email-read", "passes end when they read logged e-mails"),
    Scope("communication_preferences.read_write", "opt-outs from Salesforce do not reach HubSpot"),
    Scope("forms", "form submissions are not read", "events"),
    Scope("content", "marketing e-mail events are not read", "events"),
)
FOR_SETUP = frozenset(scope.name for scope in HUBSPOT_SCOPES if scope.when == "setup")
# Every app has it, and a scope that contains others stands for them.
_HARMLESS = {"oauth"}
_CONTAINS = {
    "communication_preferences.read_write": {
        "communication_preferences.read",
        "communication_preferences.write",
    }
}

# Salesforce: the verbs on each object, and what stops working without any of them.
SALESFORCE_OBJECTS: dict[str, tuple[str, ...]] = {
    "Lead": ("Read", "Create", "Edit", "View All"),
    "Contact": ("Read", "Create", "Edit", "View All"),
    "Account": ("Read", "Create", "Edit", "View All"),
    "Task": ("Read", "Create", "Edit"),
    "Event": ("Read", "Create", "Edit"),
    "Opportunity": ("Read", "View All"),
    "Campaign": ("Read", "View All"),
}
_WITHOUT_VERB = {
    "Read": "passes end when they read {name}",
    "Create": "no {name} is created; each is held",
    "Edit": "no {name} is updated; each is held",
    "View All": "{name} records of other owners are not seen, and may be made twice",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One permission that is missing, granted beyond need, or not told by the vendor.

    Attributes:
        consequence: what stops working, or why it is not needed.
    """

    side: Side
    name: str
    state: State
    consequence: str


def check(hubspot: HubSpotGateway, salesforce: SalesforceGateway, *, events: bool = False) -> list[Finding]:
    """What is missing first, then what is beyond need.

    The scopes in ``FOR_SETUP`` count as needed; once everything is installed they no longer are.

    Args:
        events: marketing engagement is read from the event endpoints.

    Raises:
        ConnectorError: a side cannot be reached, or refuses the credentials.
    """
    needed: set[When] = {"always", "setup"}
    if events:
        needed.add("events")
    found = [*_of_hubspot(hubspot.client.scopes(), needed), *_of_salesforce(salesforce)]
    return sorted(found, key=lambda one: one.state == "beyond need")


def _of_hubspot(granted: frozenset[str] | None, needed: set[When]) -> Iterable[Finding]:
    if granted is None:
        yield Finding("hubspot", "scopes", "not told", "HubSpot does not tell the scopes of this token")
        return
    known: set[str] = set(_HARMLESS)
    for scope in HUBSPOT_SCOPES:
        parts = _CONTAINS.get(scope.name, {scope.name})
        known |= {scope.name, *parts}
        if scope.when in needed and scope.name not in granted and not parts <= granted:
            yield Finding("hubspot", scope.name, "missing", scope.without)
        elif scope.when == "events" and scope.when not in needed and scope.name in granted:
            yield Finding("hubspot", scope.name, "beyond need", "only ACCORD_ENGAGEMENT=events needs it")
    for name in sorted(granted - known):
        yield Finding("hubspot", name, "beyond need", "Accord never uses it")


def _of_salesforce(gateway: SalesforceGateway) -> Iterable[Finding]:
    for name, wanted in SALESFORCE_OBJECTS.items():
        try:
            allowed = access.verbs(gateway, name)
        except MissingPermission:
            allowed = frozenset()
        if "Read" not in allowed:
            yield _missing(name, "Read")
            continue
        for verb in wanted:
            if verb not in {*allowed, "Read", "View All"}:
                yield _missing(name, verb)
    owned = [name for name, wanted in SALESFORCE_OBJECTS.items() if "View All" in wanted]
    try:
        sees, changes = access.everything(gateway, owned)
    except PermanentError as error:
        yield Finding(
            "salesforce", "View All", "not told", f"the permission sets cannot be read ({error.code})"
        )
        return
    yield from (_missing(name, "View All") for name in owned if name not in sees)
    for name in changes:
        yield Finding(
            "salesforce", name, "beyond need", "it bypasses sharing; Create, Edit and View All are enough"
        )


def _missing(sobject: str, verb: str) -> Finding:
    return Finding("salesforce", f"{verb} on {sobject}", "missing", _WITHOUT_VERB[verb].format(name=sobject))


def blinds(finding: Finding) -> bool:
    """Whether without it not even what is installed can be seen."""
    reads = finding.name.startswith(("crm.schemas.", "crm.lists.")) and finding.name.endswith(".read")
    return finding.state == "missing" and (reads or finding.name.startswith("Read on "))


def refusal(findings: Sequence[Finding]) -> MissingPermission | None:
    """Why nothing can be installed: a permission to look at, or to add to, what is there; None if it can."""
    stops = [one for one in missing(findings) if blinds(one) or one.name in FOR_SETUP]
    if not stops:
        return None
    names = ", ".join(one.name for one in stops)
    return MissingPermission(
        stops[0].side, "accord setup", message="nothing was added", remedy=f"Grant: {names}."
    )


def missing(findings: Sequence[Finding]) -> list[Finding]:
    """Those that stop something from working."""
    return [one for one in findings if one.state == "missing"]
