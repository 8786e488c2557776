"""Whom reps watch, by the box ``Accord_Watch__c`` on Lead, Contact and Account, and their visits to our pages."""

from datetime import datetime

import sqlalchemy as sa

from sla_rules.notices.events import Visit
from sync_rules.owners import OwnerMap


def visits(connection: sa.Connection, owners: OwnerMap, since: datetime) -> tuple[Visit, ...]:
    """The visits since then of people who are watched."""
    return ()
