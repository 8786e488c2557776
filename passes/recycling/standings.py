"""The standings of people whom sales sent back, from the histories in the database.

The rule is ``sla_rules.recycling``.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from connectors.store import frames, links
from connectors.store.engine import where_in
from connectors.store.tables import dispositions, handoffs
from sla_rules.recycling.standing import Standing, standings
from sla_rules.sla import SlaContract


def load(contract: SlaContract, connection: sa.Connection, link_ids: Sequence[str]) -> dict[str, Standing]:
    """The standing of each of these people who was sent back."""
    names = [one.answer for one in contract.recycling.answers]
    if not names:
        return {}
    sent_back = sa.select(dispositions.c.link_id).where(dispositions.c.disposition.in_(names)).distinct()
    ids = {row.link_id for row in where_in(connection, sent_back, dispositions.c.link_id, link_ids)}
    if not ids:
        return {}
    return standings(
        contract.recycling,
        frames.read(connection, dispositions, link_ids=ids),
        frames.read(connection, handoffs, link_ids=ids, where=[handoffs.c.confirmed]),
    )


def judge_again(connection: sa.Connection) -> None:
    """Have everybody judged again who was ever answered: the agreement about cool-offs may have changed."""
    found = connection.execute(sa.select(dispositions.c.link_id).distinct())
    links.mark(connection, "judge_due", [row.link_id for row in found])
