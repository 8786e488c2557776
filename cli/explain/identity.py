"""How somebody's records were found to be one person: the evidence, former addresses and people's decisions."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cli.console import heading, moment, out, say, table
from cli.review.compare import KEYS
from connectors.store import decisions, evidence
from sync_rules.records import Link

_EVENTS = {
    "began": "seen for the first time",
    "joined": "found to be one",
    "created": "created by Accord",
    "converted": "Lead converted",
    "merged": "records merged",
    "separated": "taken apart",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The account of one link."""

    evidence: tuple[Any, ...]
    former_emails: tuple[str, ...]
    decisions: tuple[Any, ...]

    def as_json(self) -> dict[str, Any]:
        """The account for a script."""
        return {
            "evidence": [
                {name: value for name, value in row._mapping.items() if name != "evidence_id"}
                for row in self.evidence
            ],
            "former_emails": list(self.former_emails),
            "decisions": [dict(row._mapping) for row in self.decisions],
        }


def gather(connection: sa.Connection, link: Link) -> Identity:
    """Read the account of a link."""
    records = [key[2] for key in evidence.records_of(link)]
    return Identity(
        tuple(evidence.of_link(connection, link.link_id)),
        tuple(evidence.emails_had(connection, [link.link_id]).get(link.link_id, ())),
        tuple(decisions.of_records(connection, records)),
    )


def show(identity: Identity) -> None:
    """Print the account."""
    if identity.evidence:
        heading("Who this is: how the records were linked")
        rows = [
            (
                moment(row.at),
                _EVENTS.get(row.event, row.event),
                row.evidence,
                ", ".join(KEYS.get(key, key) for key in row._mapping["keys"]),
                ", ".join(f"{object_type} {record_id}" for _, object_type, record_id in row.records),
                row.why,
                row.pass_id,
            )
            for row in identity.evidence
        ]
        out.print(table(("At (UTC)", "What", "By", "Keys that agreed", "Records", "Why", "Pass"), rows))
    if identity.former_emails:
        say(f"  Addresses before: {', '.join(identity.former_emails)}.")
    for row in identity.decisions:
        means = "are one" if row.verdict == "same" else "are not one"
        until = f", until {moment(row.revoked_at)} UTC" if row.revoked_at else ""
        say(
            f"  {row.made_by} decided ({row.made_how}) on {moment(row.at)} UTC{until}: HubSpot {row.hubspot_id} "
            f"and Salesforce {row.salesforce_id} {means}."
        )
