"""What both CRMs lack before Accord can work, and adding it. The declaration is ``declaration.py``."""

from collections.abc import Callable, Sequence

from connectors.declaration import SchemaItem
from connectors.enforcement import salesforce_rules
from connectors.errors import ConfigError
from connectors.hubspot import lists as hubspot_lists
from connectors.hubspot import provision as hubspot_provision
from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce import provision as salesforce_provision
from connectors.salesforce.gateway import SalesforceGateway
from sla_rules.sla import SlaContract
from sla_rules.sla_loading import shipped_sla

__all__ = ["SchemaItem", "install", "missing"]


def missing(
    hubspot: HubSpotGateway, salesforce: SalesforceGateway, sla: SlaContract | None = None
) -> list[SchemaItem]:
    """Everything that is missing, out of step or in the way (kind ``conflict``), reading both sides afresh.

    Args:
        sla: the agreement that the validation rules follow; None is the shipped one.
    """
    hubspot.forget_schema()
    salesforce.forget_schema()
    return [
        *hubspot_provision.missing(hubspot.client),
        *hubspot_lists.missing(hubspot.client),
        *salesforce_provision.missing(salesforce, salesforce_rules(sla or shipped_sla())),
    ]


def install(
    hubspot: HubSpotGateway,
    salesforce: SalesforceGateway,
    items: Sequence[SchemaItem] | None = None,
    *,
    sla: SlaContract | None = None,
    progress: Callable[[SchemaItem], None] = lambda item: None,
) -> list[SchemaItem]:
    """Add what is missing and answer it; adding nothing is fine.

    Args:
        items: as ``missing`` gave them and a person agreed to; None looks afresh.
        sla: the agreement that the validation rules follow; None is the shipped one.
        progress: called with each HubSpot item, and with Salesforce's once they are all there.

    Raises:
        ConfigError: something is in the way on either side; nothing was added.
        ConnectorError: a vendor refused; what was added before stays, and a second run goes on from there.
    """
    wanted = list(items) if items is not None else missing(hubspot, salesforce, sla)
    conflicts = [item for item in wanted if item.kind == "conflict"]
    if conflicts:
        raise ConfigError([f"{one.side} {one.object_type}.{one.name}: {one.detail}" for one in conflicts])
    for item in wanted:
        if item.side == "hubspot":
            adding = hubspot_lists.add if item.kind == "list" else hubspot_provision.add
            adding(hubspot.client, item)
            progress(item)
    on_salesforce = [item for item in wanted if item.side == "salesforce"]
    if on_salesforce:
        salesforce_provision.add(salesforce, on_salesforce, salesforce_rules(sla or shipped_sla()))
    for item in on_salesforce:
        progress(item)
    hubspot.forget_schema()
    return wanted
