"""HubSpot as the rest of Accord sees it: one object with the port's methods. How each works is beside it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.hubspot import associations, consent, listing, overtaken, reading, schema, search, writing
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.marketing import ENGAGEMENT_PROPERTIES, MarketingSources
from connectors.results import (
    ApiUsage,
    ChangeRequest,
    FieldSpec,
    Overtaken,
    Owner,
    RecordWrite,
    Stretch,
    WriteOperation,
    WriteResult,
)
from sync_rules.records import Record, Side

_PAGES = "https://app.hubspot.com"
_TYPE_IDS = {
    "contacts": "0-1", "companies": "0-2", "meetings": "0-47", "calls": "0-48", "emails": "0-49", "tasks": "0-27",
}  # fmt: skip


class HubSpotGateway:
    """Reads and writes one HubSpot account. Safe to share between threads; schema and account are cached."""

    side: Side = "hubspot"

    def __init__(self, client: HubSpotClient) -> None:
        self.client = client
        self._lock = threading.RLock()
        self._schemas: dict[str, dict[str, FieldSpec]] = {}
        self._account: dict[str, Any] | None = None
        self._app: tuple[str | None] | None = None
        self._marketing = MarketingSources(client)

    def changes(self, requests: Sequence[ChangeRequest]) -> Iterator[tuple[str, list[Record]]]:
        """Pages ``(object_type, records)`` of everything changed since; complete, or it raises.

        Archived records do not appear here (see ``archived``). The search behind it lags by moments: the
        caller's ``since`` must overlap.
        """
        for request in requests:
            pages = reading.changed(
                self.client,
                request.object_type,
                request.fields,
                request.since,
                history=request.history,
                app_id=self._app_id() if request.history else None,
                keep_history=_kept(request.object_type, request.history),
                until=request.until,
                walk=request.walk,
                known=request.known,
            )
            for page in pages:
                yield request.object_type, page

    def count_changes(self, stretches: Sequence[Stretch]) -> dict[str, int]:
        """How many living records were last modified in each stretch, by object type; one call for each."""
        return {
            one.object_type: search.count(self.client, one.object_type, one.since, one.until)
            for one in stretches
        }

    def newest_change(self, object_types: Iterable[str], since: datetime) -> datetime | None:
        """When the latest change at or after ``since`` was made, by whomever; one call for each type.

        A contact's date moves with its activities, so asking for ``contacts`` alone says most.
        """
        found = [search.newest(self.client, object_type, since) for object_type in object_types]
        return max((moment for moment in found if moment is not None), default=None)

    def read(
        self, object_type: str, ids: Iterable[str], fields: Iterable[str], *, history: Sequence[str] = ()
    ) -> list[Record]:
        """Records by id; missing ids are absent, absorbed ones give their winner with ``_merged_ids``."""
        return reading.by_ids(
            self.client,
            object_type,
            ids,
            fields,
            history=history,
            app_id=self._app_id() if history else None,
            keep_history=_kept(object_type, history),
        )

    def everything(
        self, object_type: str, fields: Iterable[str], *, associated: str | None = None
    ) -> Iterator[Record]:
        """Every living record of a type, 100 to a call; with ``associated`` the ids of that type beside it."""
        return listing.everything(self.client, object_type, fields, associated=associated)

    def read_by(
        self, object_type: str, id_property: str, values: Iterable[str], fields: Iterable[str]
    ) -> list[Record]:
        """Records by ``email`` (contacts) or another unique property."""
        lowered = [value.strip().lower() if id_property == "email" else value for value in values]
        return reading.by_ids(self.client, object_type, lowered, fields, id_property=id_property)

    def archived(self, object_type: str) -> list[Record]:
        """Tombstones of the archived records of a type."""
        return reading.archived(self.client, object_type)

    def associations(self, from_type: str, to_type: str, ids: Iterable[str]) -> dict[str, list[str]]:
        """Associated ids by id; an id without any has an empty list."""
        return associations.read(self.client, from_type, to_type, ids)

    def associate(
        self, from_type: str, to_type: str, pairs: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Associate ``(from id, to id)`` pairs; answers the refused ones with the reason."""
        return dict(associations.create(self.client, from_type, to_type, pairs))

    def write(
        self, object_type: str, operation: WriteOperation, writes: Sequence[RecordWrite]
    ) -> list[WriteResult]:
        """Results in the order of ``writes``; two writes to one record are done in their order.

        Raises:
            ValueError: ``restore``, for which HubSpot has no call.
        """
        if operation == "restore":
            raise ValueError("records are taken out of HubSpot's bin by people only")
        return writing.write(self.client, object_type, operation, writes)

    def bin_link(self, object_type: str) -> str:
        """The list page of a type, whose menu has "Restore records"; no API call does that."""
        return f"{_PAGES}/contacts/{self.account()['portal_id']}/objects/{_TYPE_IDS.get(object_type, '0-1')}"

    def overtaken(
        self, object_type: str, record_ids: Mapping[str, str], writes: Sequence[RecordWrite]
    ) -> dict[str, dict[str, Overtaken]]:
        """What each write (done, by its key's record) replaced that its ``expected`` did not know of.

        One call for 50 writes; none for writes without ``expected``.
        """
        app_id = self._app_id()
        if app_id is None:
            return {}
        return overtaken.overtaken(self.client, object_type, record_ids, writes, app_id)

    def opt_out(self, emails: Iterable[str]) -> list[WriteResult]:
        """Unsubscribe addresses from all e-mail; keys of the results are the addresses."""
        return consent.opt_out(self.client, emails)

    def opt_in(self, email: str, subscription_ids: Iterable[str], explanation: str) -> WriteResult:
        """Subscribe an address again; refused for somebody who opted out themselves."""
        return consent.opt_in(self.client, email, subscription_ids, explanation)

    def subscriptions(self, email: str) -> list[consent.Subscription]:
        """What an address has subscribed to, with time, source and legal basis."""
        return consent.subscriptions(self.client, email)

    def latest_yes(self, contact_ids: Iterable[str], name: str) -> dict[str, datetime]:
        """When a boolean property of contacts was last set to true, by contact id."""
        return consent.latest_yes(self.client, contact_ids, name)

    def marketing(self) -> MarketingSources:
        """The account's marketing event endpoints."""
        return self._marketing

    def owners(self) -> list[Owner]:
        """All owners, deactivated ones too."""
        return schema.owners(self.client)

    def schema(self, object_type: str) -> dict[str, FieldSpec]:
        """Properties by name; read once per gateway, again after ``forget_schema``."""
        with self._lock:
            if object_type not in self._schemas:
                specs = map(schema.field_spec, schema.raw_properties(self.client, object_type))
                self._schemas[object_type] = {spec.name: spec for spec in specs}
            return self._schemas[object_type]

    def forget_schema(self) -> None:
        """Read schemas afresh from now on; setup calls it after adding properties."""
        with self._lock:
            self._schemas.clear()

    def account(self) -> dict[str, Any]:
        """``portal_id``, ``name``, ``time_zone``, ``currency``, ``app_id``."""
        with self._lock:
            if self._account is None:
                self._account = schema.account(self.client, self._app_id())
            return dict(self._account)

    def _app_id(self) -> str | None:
        with self._lock:
            if self._app is None:
                self._app = (self.client.app_id(),)
            return self._app[0]

    def usage(self) -> ApiUsage:
        """Calls made since construction."""
        return self.client.usage()


def _kept(object_type: str, history: Sequence[str]) -> tuple[str, ...]:
    if object_type != "contacts":
        return ()
    return tuple(name for name in history if name in ENGAGEMENT_PROPERTIES)
