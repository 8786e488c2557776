"""What every step of a pass is given: store, gateways, contracts, clock and options."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.gateway import SalesforceGateway
from connectors.store.engine import Store
from sla_rules.definition import LeadDefinition
from sla_rules.routing.policy import RoutingPolicy
from sla_rules.sla import SlaContract
from sync_rules.mapping import Caps, Mapping


@dataclass(frozen=True, slots=True)
class Contracts:
    """What people agreed on, with the text that they agreed on.

    Attributes:
        definition_waiting: says that the file has another version than the one in force; empty if it has not.
    """

    mapping: Mapping
    mapping_text: str
    definition: LeadDefinition
    definition_text: str
    sla: SlaContract
    sla_text: str
    routing: RoutingPolicy
    routing_text: str
    definition_waiting: str = ""


@dataclass(frozen=True, slots=True)
class PassOptions:
    """What one pass was asked to do differently.

    Attributes:
        dry_run: plan and store the plan, write nothing.
        approve: write although a cap is exceeded or this is the first pass on a pair of accounts.
        read_since: read everything changed since then instead of since the last pass; aware.
        caps: instead of the mapping's caps.
    """

    dry_run: bool = False
    approve: bool = False
    read_since: datetime | None = None
    caps: Caps | None = None


@dataclass(frozen=True)
class PassContext:
    """One pass.

    Attributes:
        pass_id: the scheduler's run id, or any unique text.
        clock: aware UTC; read at each step.
        engagement_source: marketing engagement from contact ``properties`` or from ``events``.
    """

    store: Store
    hubspot: HubSpotGateway
    salesforce: SalesforceGateway
    contracts: Contracts
    pass_id: str
    clock: Callable[[], datetime]
    time_zone: str
    engagement_source: Literal["properties", "events"] = "properties"
    options: PassOptions = field(default_factory=PassOptions)

    def with_options(self, **changed: Any) -> "PassContext":
        """The same pass with other options."""
        return replace(self, options=replace(self.options, **changed))

    def now(self) -> datetime:
        """The present."""
        return self.clock()

    @cached_property
    def mapping(self) -> Mapping:
        """The field mapping in force."""
        return self.contracts.mapping
