"""The certificate of an erasure, as JSON and as a page of text. It names nobody: records stand as keyed hashes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson

_SYSTEMS = {"hubspot": "HubSpot", "salesforce": "Salesforce"}
_IN_THE_BIN = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Deleted:
    """One record that was deleted in a CRM: its id's keyed hash, and when it was seen to be gone."""

    side: str
    object_type: str
    record_hash: str
    at: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased where, when, by whom and why.

    Attributes:
        shared_activities: activities that name other people too, and were left.
        local: rows deleted or rewritten in Accord's database, by table.
        hashes: the keyed hashes that stop re-entry, each with its kind.
    """

    erasure_id: str
    reference: str | None
    requested_by: str
    requested_at: datetime
    finished_at: datetime
    deleted: tuple[Deleted, ...]
    shared_activities: int
    local: Mapping[str, int]
    hashes: Mapping[str, str]

    @property
    def limits(self) -> tuple[str, ...]:
        """What an admin has to know besides."""
        told = []
        if any(one.side == "hubspot" and one.object_type == "contacts" for one in self.deleted):
            told.append("HubSpot deletes for privacy at once from sight, and finally within 30 days.")
        if any(one.side == "salesforce" for one in self.deleted):
            until = (self.finished_at + _IN_THE_BIN).date().isoformat()
            told.append(
                f"Salesforce keeps deleted records in the recycle bin until about {until}; empty it in Salesforce "
                "to be rid of them sooner."
            )
        if any(one.side == "salesforce" and one.object_type == "Task" for one in self.deleted):
            told.append(
                "Mails that Enhanced Email keeps beside their Tasks (EmailMessage) are not touched; delete them in "
                "Salesforce."
            )
        if self.shared_activities:
            told.append(
                f"{self.shared_activities} activities name other people as well and were left; edit them by hand."
            )
        told.append("Backups of Accord's database that were made before are not touched.")
        return tuple(told)


def certificate_json(certificate: Certificate) -> str:
    """The certificate as a JSON document."""
    body = {**asdict(certificate), "limits": certificate.limits}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()


def certificate_text(certificate: Certificate) -> str:
    """The certificate for people to read."""
    deleted = Counter((one.side, one.object_type) for one in certificate.deleted)
    lines = [
        f"Certificate of erasure {certificate.erasure_id}",
        "",
        f"Request:   {certificate.reference or 'no reference given'}",
        f"Asked by:  {certificate.requested_by}, {_moment(certificate.requested_at)}",
        f"Finished:  {_moment(certificate.finished_at)}",
        "",
        "Deleted, and read again to see that it is gone:",
        *(f"  {_SYSTEMS[side]} {kind}: {number}" for (side, kind), number in sorted(deleted.items())),
        "Deleted in Accord's database:",
        *(f"  {name}: {number} rows" for name, number in certificate.local.items()),
        "",
        f"{len(certificate.hashes)} keyed hashes (HMAC-SHA-256) keep the person from coming in again.",
        *certificate.limits,
    ]
    return "\n".join(lines) + "\n"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
