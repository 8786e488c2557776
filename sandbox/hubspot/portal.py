"""One HubSpot account: the store behind the HTTP API and the Python API of the simulated people.

Every public method takes the portal's lock and applies the checks that HubSpot applies, whoever
calls. HTTP, tokens' headers and paging are in `app.py` and the `routes_*` modules.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import SandboxClock
from sandbox.hubspot import marketing
from sandbox.hubspot.access import Access
from sandbox.hubspot.associations import Link
from sandbox.hubspot.engagement import Engagement, Form
from sandbox.hubspot.errors import HubSpotFault
from sandbox.hubspot.limits import RateLimits
from sandbox.hubspot.list_filters import compile_branch, properties_of
from sandbox.hubspot.lists import ContactList, Lists
from sandbox.hubspot.owners import Owner, Owners
from sandbox.hubspot.record_store import RecordStore
from sandbox.hubspot.records import Actor, Record
from sandbox.hubspot.snapshot import portal_snapshot
from sandbox.hubspot.subscriptions import Subscriptions

DEFAULT_PORTAL_ID = 48_291_034
DEFAULT_APP_ID = 3_871_204
DEFAULT_SEARCH_LAG_S = 2.0

__all__ = ["Actor", "Form", "HubSpotFault", "Link", "Owner", "Portal", "Record"]


class Portal(RecordStore):
    """An in-memory HubSpot account.

    Args:
        clock: gives every timestamp.
        seed: fixes credentials and generated identifiers.
        portal_id, app_id: `app_id` is the `sourceId` of the integration's own writes.
        search_lag_s: seconds, on the clock, until search sees a write.
        tier: free, starter, professional or enterprise.
        time_zone: of the account; the daily budget resets at its midnight.
        merge_keeps_primary_id: False gives merged records a new id, as most accounts do.
        monotonic: real seconds for bursts and token life.
    """

    def __init__(
        self,
        clock: SandboxClock,
        *,
        seed: int = 0,
        portal_id: int = DEFAULT_PORTAL_ID,
        app_id: int = DEFAULT_APP_ID,
        search_lag_s: float = DEFAULT_SEARCH_LAG_S,
        tier: str = "professional",
        time_zone: str = "Europe/Berlin",
        merge_keeps_primary_id: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(
            clock,
            portal_id=portal_id,
            search_lag_s=search_lag_s,
            merge_keeps_primary_id=merge_keeps_primary_id,
        )
        self.seed = seed
        self.app_id = app_id
        self.tier = tier
        self.time_zone = ZoneInfo(time_zone)
        self._monotonic = monotonic
        self.reset()

    def reset(self) -> None:
        """Back to the empty account: no records, owners, lists, forms or custom properties."""
        with self.lock:
            self.random = Random(f"hubspot:{self.seed}")
            self.owners = Owners(self.seed)
            self.lists = Lists()
            self.engagement = Engagement(self.random)
            self.subscriptions = Subscriptions()
            self.access = Access(self.seed, self.app_id, self.owners, self._monotonic)
            self.limits = RateLimits(self.tier, self.clock.now, self._monotonic, self.time_zone)
            self.shuffler = Random(f"shuffle:{self.seed}")
            self.clear_records()

    @property
    def access_token(self) -> str:
        return self.access.access_token

    @property
    def client_id(self) -> str:
        return self.access.client_id

    @property
    def client_secret(self) -> str:
        return self.access.client_secret

    @property
    def refresh_token(self) -> str:
        return self.access.refresh_token

    # Schema, owners, lists

    def add_property(self, object_type: str, definition: Mapping[str, Any]) -> None:
        """Define a property from an API body (`name,label,groupName,type,fieldType,...`)."""
        with self.lock:
            table = self.table(object_type)
            made = table.schema.add(definition, self.now())
            if made.has_unique_value:
                table.track_unique(made.name)

    def has_property(self, object_type: str, name: str) -> bool:
        with self.lock:
            return self.table(object_type).schema.get(name) is not None

    def add_owner(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        kind: str = "PERSON",
        active: bool = True,
        team: str | None = None,
    ) -> Owner:
        """Add a user (PERSON) or a QUEUE; the owner's `token` lets it call the API as itself."""
        with self.lock:
            return self.owners.add(
                email=email, first_name=first_name, last_name=last_name, kind=kind, active=active, team=team,
                now=self.now(),
            )  # fmt: skip

    def add_list(
        self,
        name: str,
        processing_type: str = "MANUAL",
        *,
        object_type: str = "contacts",
        filter_branch: dict[str, Any] | None = None,
    ) -> ContactList:
        """Add a list, of contacts if nothing else is said; a dynamic one has the members that its filter finds.

        Raises:
            HubSpotFault: 400 for a name in use, an unknown processing type or a filter that cannot be read.
        """
        with self.lock:
            table = self.table(object_type)
            if filter_branch is not None:
                compile_branch(filter_branch, table.schema.get)
            return self.lists.add(name, processing_type, table.kind.type_id, self.now(), filter_branch)

    def list_members(self, found: ContactList) -> dict[str, datetime]:
        """Who is on a list, with the time of joining; of a dynamic list, since the filter's values are theirs."""
        if found.filter_branch is None or found.processing_type != "DYNAMIC":
            return found.members
        with self.lock:
            table = self.table(found.object_type_id)
            condition = compile_branch(found.filter_branch, table.schema.get)
            names = set(properties_of(found.filter_branch))
            return {
                record.id: max(
                    (write.at for write in record.writes if names & write.changed.keys()),
                    default=record.created_at,
                )
                for record in table.live()
                if condition(record.properties)
            }

    # Marketing: the work is in `marketing.py`

    def add_form(self, name: str, form_type: str = "hubspot") -> Form:
        with self.lock:
            return self.engagement.add_form(name, form_type, self.now())

    def submit_form(
        self,
        form_guid: str,
        *,
        email: str,
        values: Mapping[str, str],
        page_url: str,
        at: datetime | None = None,
    ) -> str:
        """Submit a form; creates or updates the contact and gives its id."""
        with self.lock:
            return marketing.submit_form(self, form_guid, email, values, page_url, self._moment(at))

    def visit_page(
        self,
        contact_id: str,
        url: str,
        *,
        at: datetime | None = None,
        referrer: str | None = None,
        campaign: str | None = None,
    ) -> None:
        """Record a page view of a known contact."""
        with self.lock:
            marketing.visit_page(self, contact_id, url, self._moment(at), referrer, campaign)

    def email_event(
        self,
        kind: str,
        *,
        recipient: str,
        campaign_id: str,
        campaign_name: str,
        at: datetime | None = None,
        url: str | None = None,
    ) -> None:
        """Record a marketing e-mail event (SENT, DELIVERED, OPEN, CLICK, BOUNCE, ...)."""
        with self.lock:
            marketing.email_event(
                self, kind, recipient, str(campaign_id), campaign_name, self._moment(at), url
            )

    def unsubscribe_all(self, email: str, *, actor: Actor, at: datetime | None = None) -> None:
        """Opt an address out of all e-mail; the contact, if there is one, shows it."""
        with self.lock:
            marketing.unsubscribe_all(self, email, actor, self._moment(at))

    def resubscribe(
        self,
        email: str,
        *,
        actor: Actor,
        subscription_id: str = "87501",
        legal_basis: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Somebody, the person or a user with a legal basis, takes the address's opt-out back."""
        with self.lock:
            marketing.resubscribe(self, email, actor, subscription_id, legal_basis, self._moment(at))

    def snapshot(self, *, history: bool = False) -> dict[str, Any]:
        """Everything in the account as JSON-able values, with property history when asked."""
        with self.lock:
            lists = [(one, self.list_members(one)) for one in self.lists.live()]
            return portal_snapshot(self.tables, self.associations, self.owners, lists, history=history)
