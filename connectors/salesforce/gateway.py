"""Salesforce as the rest of Accord sees it: the port's methods on one object. How each works is beside it."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.results import (
    ApiUsage,
    ChangeRequest,
    FieldSpec,
    Owner,
    RecordWrite,
    Stretch,
    WriteOperation,
    WriteResult,
)
from connectors.salesforce import email_messages, reading, schema, tooling, writing
from connectors.salesforce.client import SalesforceClient
from sync_rules.records import Record, Side


class SalesforceGateway:
    """Reads and writes one Salesforce org. Safe to share between threads; describes and org are cached."""

    side: Side = "salesforce"

    def __init__(self, client: SalesforceClient) -> None:
        self.client = client
        self._lock = threading.RLock()
        self._describes = schema.Describes(client)
        self._account: dict[str, Any] | None = None

    def changes(self, requests: Sequence[ChangeRequest]) -> Iterator[tuple[str, list[Record]]]:
        """Pages ``(object_type, records)`` of everything changed since; complete, or it raises.

        Deleted and merged rows come as tombstones, merged ones with ``_master_id``. Pages of different
        objects alternate; those of one object are in the order of (modified_at, id).
        """
        return reading.changed(self.client, self._describes, requests)

    def count_changes(self, stretches: Sequence[Stretch]) -> dict[str, int]:
        """How many rows, deleted ones too, were last modified in each stretch, by object; one call for five."""
        return reading.count(self.client, self._describes, stretches)

    def newest_change(self, object_types: Iterable[str], since: datetime) -> datetime | None:
        """When the latest change at or after ``since`` was made, by whomever; one call for five types."""
        return reading.newest(self.client, object_types, since)

    def read(
        self, object_type: str, ids: Iterable[str], fields: Iterable[str], *, history: Sequence[str] = ()
    ) -> list[Record]:
        """Live records by id; missing ids are absent, absorbed ones give their winner with ``_merged_ids``.

        ``history`` is accepted for the port's sake: Salesforce tells only when the record changed.
        """
        return reading.by_ids(self.client, self._describes, object_type, ids, fields)

    def read_by(
        self, object_type: str, field: str, values: Iterable[str], fields: Iterable[str]
    ) -> list[Record]:
        """Live records whose ``field`` (Email, an external id, a lookup) has one of the values."""
        return reading.by_key(self.client, self._describes, object_type, field, values, fields)

    def mails_of(self, task_ids: Iterable[str]) -> dict[str, email_messages.Mail] | None:
        """The mail that each of these Tasks stands for; None where the org shows no mails."""
        return email_messages.mails_of(self.client, task_ids)

    def write(
        self,
        object_type: str,
        operation: WriteOperation,
        writes: Sequence[RecordWrite],
        *,
        urgent: bool = False,
    ) -> list[WriteResult]:
        """Results in the order of ``writes``; two writes to one record are done in their order.

        ``urgent`` writes (opt-outs) may use the daily budget's reserve.

        Raises:
            ValueError: ``purge``, which the REST API does not know: a deletion goes into the recycle bin.
        """
        if operation == "purge":
            raise ValueError("Salesforce's REST API cannot delete for good")
        return writing.write(self.client, self._describes, object_type, operation, writes, urgent=urgent)

    def bin_link(self, object_type: str) -> str:
        """Where people take a deleted record out of the bin; the page is one for all types."""
        del object_type
        return self.client.bin_link()

    def owners(self) -> list[Owner]:
        """All users, inactive ones too, and all queues."""
        return schema.owners(self.client)

    def schema(self, object_type: str) -> dict[str, FieldSpec]:
        """Fields that the integration user sees, by name; read once per gateway."""
        fields = self._describes.fields(object_type)
        return {name: schema.field_spec(raw) for name, raw in fields.items()}

    def describe(self, object_type: str) -> Mapping[str, Any]:
        """The whole describe of an object as the integration user sees it; read once per gateway."""
        return self._describes.raw(object_type)

    def load_schemas(self, object_types: Iterable[str]) -> None:
        """Read several schemas in one API call, for ``schema`` and ``changes`` to use."""
        self._describes.load(object_types)

    def active_rules(self, object_types: Iterable[str]) -> set[tuple[str, str]]:
        """``(sObject, name)`` of the active validation rules.

        Raises:
            PermanentError: the integration user may not view setup.
        """
        return tooling.active_rules(self.client, object_types)

    def forget_schema(self) -> None:
        """Read schemas afresh from now on; setup calls it after adding fields."""
        self._describes.forget()

    def account(self) -> dict[str, Any]:
        """``org_id``, ``name``, ``time_zone``, ``user_id`` (the integration user's), ``user_email``."""
        with self._lock:
            if self._account is None:
                self._account = schema.account(self.client)
            return dict(self._account)

    def usage(self) -> ApiUsage:
        """Calls made since construction."""
        return self.client.usage()
