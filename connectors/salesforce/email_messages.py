"""Message-IDs of mails: Enhanced Email keeps a mail in an EmailMessage beside the Task that stands for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.errors import PermanentError
from connectors.salesforce import composite, soql
from connectors.salesforce.client import SalesforceClient

# The org has no Enhanced Email, or the integration user does not see the object or the field.
_NOT_KEPT = frozenset({"INVALID_TYPE", "INVALID_FIELD"})


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its EmailMessage tells of it; ``sent_at`` is the org's text of the moment."""

    message_id: str
    sent_at: str | None


def mails_of(client: SalesforceClient, task_ids: Iterable[str]) -> dict[str, Mail] | None:
    """The mail by its Task; None: the org keeps no mails, or does not show them. Five queries to a call.

    Raises:
        ConnectorError: the org could not be read.
    """
    fields = ["ActivityId", "MessageDate", "MessageIdentifier"]
    kept = ["MessageIdentifier != null"]
    queries = [
        ("queryAll EmailMessage", query)
        for query in soql.selects_in("EmailMessage", fields, "ActivityId", sorted(task_ids), kept)
    ]
    try:
        rows = composite.query_all(client, queries)
    except PermanentError as error:
        if error.code not in _NOT_KEPT:
            raise
        return None
    return {
        str(row["ActivityId"]): Mail(str(row["MessageIdentifier"]), row["MessageDate"])
        for part in rows
        for row in part
    }
