"""The simulated Salesforce org: its users, rows and schema, as simulated people and the HTTP routes use them.

Each call is one transaction under one lock. HTTP, SOQL and SOAP are elsewhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.salesforce import customising, object_access, writes
from sandbox.salesforce.conversion import Conversion, ConversionRequest, convert
from sandbox.salesforce.cursors import Cursors
from sandbox.salesforce.errors import SalesforceFault
from sandbox.salesforce.fields import FieldSpec
from sandbox.salesforce.incoming import record_id_of
from sandbox.salesforce.merging import merge
from sandbox.salesforce.objects_people import LEAD_STATUSES
from sandbox.salesforce.objects_sales import STAGES, TASK_STATUSES
from sandbox.salesforce.sessions import Sessions
from sandbox.salesforce.setup_checks import shared_by_activities
from sandbox.salesforce.store import Store
from sandbox.salesforce.table import Row
from sandbox.salesforce.usage import ApiUsage
from sandbox.salesforce.values import render
from sandbox.salesforce.writes import INSIDE, SALES_PROFILE, WriteOptions

__all__ = ["Conversion", "Org", "Row", "SalesforceFault"]
ADMIN_PROFILE = "System Administrator"
_DOMAIN = "meridian-analytics.example"


class Org(Store):
    """An org with an integration user and the platform's own automated user, and no other data.

    Args:
        clock: gives every time stamp.
        seed: moves ids and secrets, so that two orgs differ.
        api_limit: API calls allowed per rolling 24 hours of the clock.

    A new org has the standard schema only. ``at`` in the writing methods sets the moment of the write
    (aware); it may lie in the past. Writes raise :class:`SalesforceFault` exactly as the HTTP API would
    refuse them.
    """

    def __init__(self, clock: SandboxClock, *, seed: int = 0, api_limit: int = 100_000) -> None:
        super().__init__(clock, seed)
        self.usage = ApiUsage(clock, api_limit)
        self.client_id = f"3MVG9sandbox{seed:08d}.accord"
        self.client_secret = f"SANDBOXSECRET{seed:08d}"
        self.username = f"integration@{_DOMAIN}"
        self.password = f"sandbox-{seed}-password"
        self.security_token = f"sandboxtoken{seed:08d}"
        self._populate()

    def _populate(self) -> None:
        self.organization_id = self.platform_row(
            "Organization", Name="Meridian Analytics", InstanceName="EU99", IsSandbox=True,
            OrganizationType="Enterprise Edition", TimeZoneSidKey="Europe/Berlin", Country="DE",
        )  # fmt: skip
        self.cursors = Cursors(self)
        self.sessions = Sessions(self.clock, self.organization_id[:15], self._seed)
        for order, name in enumerate(LEAD_STATUSES, 1):
            self.platform_row(
                "LeadStatus", MasterLabel=name, ApiName=name, SortOrder=order, IsDefault=order == 1,
                IsConverted=name == "Closed - Converted",
            )  # fmt: skip
        for order, name in enumerate(TASK_STATUSES, 1):
            self.platform_row(
                "TaskStatus", MasterLabel=name, ApiName=name, SortOrder=order, IsDefault=order == 1,
                IsClosed=name == "Completed",
            )  # fmt: skip
        for order, (name, probability, closed, won, category) in enumerate(STAGES, 1):
            self.platform_row(
                "OpportunityStage", MasterLabel=name, ApiName=name, SortOrder=order, IsActive=True,
                IsClosed=closed, IsWon=won, DefaultProbability=float(probability), ForecastCategory=category,
                ForecastCategoryName=category,
            )  # fmt: skip
        for name, spec in self.specs.items():
            if not spec.tooling:
                self.platform_row(
                    "EntityDefinition", QualifiedApiName=name, DeveloperName=name, Label=spec.label,
                    KeyPrefix=spec.prefix,
                )  # fmt: skip
        self.automated_user_id = self.add_user(
            email=f"autoproc@{_DOMAIN}",
            first_name="Automated",
            last_name="Process",
            profile="Automated Process",
        )
        automated = self.tables["User"].rows[self.automated_user_id]
        self.put("User", Row({**automated, "UserType": "AutomatedProcess"}))
        self.integration_user_id = self.add_user(
            email=self.username, first_name="Integration", last_name="User", profile=ADMIN_PROFILE
        )
        object_access.give_profile(self, self.integration_user_id)

    def platform_row(self, sobject: str, **values: Any) -> str:
        """A row that the platform itself makes, unchecked; returns its id."""
        now, spec = self.now(), self.specs[sobject]
        row = Row({name: field.default for name, field in spec.fields.items()})
        row.update(values)
        author = self.automated_user_id or None
        row.update(Id=self.ids.new(spec.prefix), CreatedDate=now, CreatedById=author)
        row.update(LastModifiedDate=now, LastModifiedById=author, SystemModstamp=now)
        self.put(sobject, row)
        return row.id

    # -- writing records --

    def create(
        self,
        sobject: str,
        fields: Mapping[str, Any],
        *,
        user_id: str,
        at: datetime | None = None,
        options: WriteOptions = INSIDE,
    ) -> str:
        """Insert a record as that user; returns its 18-character id."""
        return writes.create(self, self.spec(sobject), fields, user_id, at, options)

    def update(
        self,
        sobject: str,
        record_id: str,
        fields: Mapping[str, Any],
        *,
        user_id: str,
        at: datetime | None = None,
        options: WriteOptions = INSIDE,
    ) -> None:
        """Change fields of a record as that user; None clears a field."""
        spec = self.spec(sobject)
        writes.update(self, spec, record_id_of(spec, record_id), fields, user_id, at, options)

    def delete(self, sobject: str, record_id: str, *, user_id: str, at: datetime | None = None) -> None:
        """Move a record to the recycle bin."""
        spec = self.spec(sobject)
        writes.delete(self, spec, record_id_of(spec, record_id), user_id, at)

    def undelete(self, sobject: str, record_id: str, *, user_id: str, at: datetime | None = None) -> None:
        """Take a record out of the recycle bin, with its id unchanged."""
        spec = self.spec(sobject)
        writes.undelete(self, spec, record_id_of(spec, record_id), user_id, at)

    def convert_lead(
        self,
        lead_id: str,
        *,
        user_id: str,
        converted_status: str,
        account_id: str | None = None,
        contact_id: str | None = None,
        opportunity_name: str | None = None,
        create_opportunity: bool = True,
        owner_id: str | None = None,
        at: datetime | None = None,
    ) -> Conversion:
        """Convert a lead into an account, a contact and, unless unwanted, an opportunity."""
        request = ConversionRequest(
            converted_status,
            account_id=account_id,
            contact_id=contact_id,
            opportunity_name=opportunity_name,
            create_opportunity=create_opportunity,
            owner_id=owner_id,
        )
        return convert(self, record_id_of(self.specs["Lead"], lead_id), request, user_id, at)

    def merge(
        self,
        sobject: str,
        master_id: str,
        loser_ids: Sequence[str],
        *,
        user_id: str,
        at: datetime | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Merge one or two records into the master; ``fields`` are values chosen for the master."""
        spec = self.spec(sobject)
        losers = [record_id_of(spec, loser) for loser in loser_ids]
        merge(self, spec, record_id_of(spec, master_id), losers, fields or {}, user_id, at)

    # -- reading --

    def record(self, sobject: str, record_id: str) -> Row | None:
        """The record, deleted or not (see ``Row.deleted``); None when it never existed."""
        spec = self.spec(sobject)
        with self.lock:
            return self.row(spec.name, record_id_of(spec, record_id))

    def rows(self, sobject: str, *, include_deleted: bool = False) -> list[Row]:
        """All records of an object in order of creation."""
        table = self.tables[self.spec(sobject).name]
        with self.lock:
            return list(table.rows.values()) if include_deleted else table.live()

    def find(self, sobject: str, field: str, value: Any) -> list[Row]:
        """Records not deleted whose field equals ``value`` (text without case), by index."""
        with self.lock:
            return self.holding(self.spec(sobject).name, field, value)

    # -- users and schema --

    def add_user(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        active: bool = True,
        queue: bool = False,
        profile: str = SALES_PROFILE,
        time_zone: str = "Europe/Berlin",
    ) -> str:
        """Add a user (or, with ``queue``, a queue of that name and address); returns its id."""
        if queue:
            return self.add_group(f"{first_name} {last_name}".strip(), email=email)
        with self.transaction():
            return self.platform_row(
                "User", Username=email, Email=email.lower(), FirstName=first_name, LastName=last_name,
                Name=f"{first_name} {last_name}".strip(), Alias=(first_name[:1] + last_name[:4]).lower(),
                IsActive=active, TimeZoneSidKey=time_zone, UserType="Standard",
                ProfileId=self._profile(profile),
            )  # fmt: skip

    def _profile(self, name: str) -> str:
        for row in self.tables["Profile"].rows.values():
            if row["Name"] == name:
                return row.id
        return self.platform_row("Profile", Name=name, UserType="Standard")

    def add_group(self, name: str, kind: str = "Queue", *, email: str | None = None) -> str:
        """Add a queue or a public group; returns its id."""
        developer_name = "_".join(name.split())
        with self.transaction():
            return self.platform_row("Group", Name=name, DeveloperName=developer_name, Type=kind, Email=email)

    def token_of(self, user_id: str) -> str:
        """The lasting access token with which that user calls the API."""
        if self.row("User", user_id) is None:
            raise KeyError(user_id)
        return self.sessions.token_of(user_id)

    def fields(self, sobject: str) -> dict[str, FieldSpec]:
        """Every field of the object, hidden ones included."""
        with self.lock:
            return dict(self.spec(sobject).fields)

    def has_field(self, sobject: str, name: str) -> bool:
        return self.spec(sobject).find(name) is not None

    def visible_to(self, user_id: str, sobject: str, name: str) -> bool:
        """Whether field-level security lets that user read the field."""
        spec = self.spec(sobject)
        with self.lock:
            return self.access(user_id, spec).find(spec, name) is not None

    def add_field(self, full_name: str, metadata: Mapping[str, Any], *, visible_to_all: bool = False) -> str:
        """Add a custom field, ``Lead.X__c`` or ``Activity.X__c``, from Tooling metadata; returns its id.

        It is invisible until a permission set grants it, unless ``visible_to_all``.
        """
        field_id = customising.add_field(self, full_name, metadata, self.automated_user_id)
        if visible_to_all:
            owner, name = customising.split_full_name(full_name)
            for sobject in shared_by_activities(owner):
                self.permissions.open_to_all(sobject, name)
        return field_id

    def use_currencies(self, *codes: str) -> None:
        """Make the org a multi-currency one; the first code is the corporate currency."""
        customising.use_currencies(self, codes)

    def add_validation_rule(self, full_name: str, metadata: Mapping[str, Any]) -> str:
        """Add a validation rule, ``Lead.Name``, from Tooling metadata; returns its id."""
        return customising.save_rule(self, full_name, metadata, self.automated_user_id)

    def hide_field(self, sobject: str, name: str, *, user_id: str | None = None) -> None:
        """Take a standard field away from one user, or from everybody, by field-level security."""
        self.permissions.hide(sobject, name, user_id)

    def show_field(self, sobject: str, name: str, *, user_id: str | None = None) -> None:
        """Undo ``hide_field``."""
        self.permissions.show(sobject, name, user_id)

    def forbid(self, sobject: str, verb: str, *, user_id: str | None = None) -> None:
        """Take a verb of ``object_access.VERBS`` away, from the integration user by default."""
        object_access.change(self, sobject, verb, user_id or self.integration_user_id, allowed=False)

    def permit(self, sobject: str, verb: str, *, user_id: str | None = None) -> None:
        """Undo ``forbid``, or give ``modify_all``."""
        object_access.change(self, sobject, verb, user_id or self.integration_user_id, allowed=True)

    def track_history(self, sobject: str, names: Sequence[str]) -> None:
        """Record changes of these fields in LeadHistory or ContactHistory from now on (at most 20)."""
        if len(names) > 20:
            raise ValueError("at most 20 fields of an object can be tracked")
        self.history_fields[self.spec(sobject).name] = frozenset(names)

    # -- the whole --

    def reset(self) -> None:
        """Back to a new org: no data, standard schema, the two first users, all sessions ended."""
        with self.lock:
            self._clear()
            self.usage.clear()
            self._populate()

    def snapshot(self) -> dict[str, list[dict[str, Any]]]:
        """Every record of every object, deleted ones included, with values as JSON shows them."""
        with self.lock:
            return {
                name: [{key: render(value) for key, value in row.items()} for row in table.rows.values()]
                for name, table in self.tables.items()
            }
